/** The functions with what invokes them on AWS: each can be run here, with an event that can be edited before. */
import type { RunnableFunction, RunnableSource, RunOutcome } from "../../lambda/runs-by-hand.ts";
import type { Kit } from "./kit.ts";

interface ListedFunction extends RunnableFunction {
  urls: { url: string; authorization: string }[];
}

export function functionsPanel({ byId, make, breakable, button, read, act, show, pretty, soon, on }: Kit): void {
  const place = byId("functions-list");
  /** What the lists have that stand there: an event that somebody edits is not to be taken away. */
  let shown = "";

  const runner = (functionName: string, source: RunnableSource | undefined) => {
    const label = source ? `${source.kind} ${source.name}` : "an event of your own";
    const opens = source ? "Run with its event" : "Run with any event";
    const input = make("textarea", { rows: "8", spellcheck: "false", autocomplete: "off" });
    input.value = source?.event ?? "{}";
    const answer = make("div", { class: "answer", "aria-live": "polite" });
    const run = button(
      "Run",
      async () => {
        const outcome = await act<RunOutcome>("functions/run", {
          functionName,
          event: input.value,
          ...(source && { source: source.id }),
        });
        const tone = outcome.outcome === "answered" ? "good" : "bad";
        answer.replaceChildren(
          make(
            "p",
            { class: "what" },
            make("span", { class: `badge ${tone}` }, outcome.outcome),
            make("span", { class: "quiet" }, `${Math.round(outcome.durationMs)} ms`),
          ),
          make("p", { class: "why" }, outcome.reason ?? ""),
        );
        if (outcome.result !== undefined)
          answer.append(
            make(
              "pre",
              { tabindex: "0", role: "region", "aria-label": `Result of ${functionName}` },
              pretty(outcome.result),
            ),
          );
      },
      `Run ${functionName} with ${label}`,
    );
    return make(
      "details",
      { class: "request" },
      make("summary", { "aria-label": `${opens}: ${functionName}, ${label}` }, opens),
      make("label", {}, `Event for ${functionName}`, input),
      run,
      answer,
    );
  };

  const sourceItem = (functionName: string, source: RunnableSource) =>
    make(
      "li",
      {},
      make(
        "p",
        { class: "what" },
        make("span", { class: "badge plain" }, source.kind),
        make("strong", {}, source.name),
        make("code", {}, breakable(source.what)),
        source.enabled ? undefined : make("span", { class: "badge bad" }, "disabled"),
      ),
      runner(functionName, source),
    );

  const item = ({ name, runtime, because, urls, sources }: ListedFunction) => {
    const line = make(
      "li",
      {},
      make("p", { class: "what" }, make("strong", {}, breakable(name)), make("code", {}, runtime ?? "")),
    );
    if (because !== undefined) line.append(make("p", { class: "why" }, `It does not run here: ${because}.`));
    for (const { url, authorization } of urls) {
      const guard = authorization === "NONE" ? "open to anyone" : authorization;
      line.append(
        make("p", { class: "what" }, make("a", { href: url }, url), make("span", { class: "badge plain" }, guard)),
      );
    }
    if (sources.length > 0)
      line.append(make("ul", { class: "sources" }, ...sources.map((source) => sourceItem(name, source))));
    line.append(runner(name, undefined));
    return line;
  };

  const load = async () => {
    const functions = await read<ListedFunction[]>("/api/functions");
    const known = JSON.stringify(
      functions.map(({ sources, ...rest }) => [rest, sources.map(({ id, what }) => [id, what])]),
    );
    show("functions", functions.length > 0);
    if (known === shown) return;
    shown = known;
    place.replaceChildren(...functions.map(item));
  };
  const refresh = soon(load);
  on("*", refresh);
  on<{ outcome: string }>("program", ({ outcome }) => outcome === "running" && refresh());
}
