/** The live log: every request with the authorizer's decision and its reason, and what else happened. */
import type { ApiRequestEvent, CloudEvent } from "../../platform.ts";
import type { Kit } from "./kit.ts";

export function requestLog({ byId, make, time, on }: Kit): void {
  const list = byId("log");
  const kept = 500;
  const waiting = byId("log-empty");

  const add = (at: number, className: string, head: (Node | string)[], why?: string) => {
    const entry = make("li", { class: className }, make("p", { class: "what" }, time(at), ...head));
    if (why) entry.append(make("p", { class: "why" }, why));
    list.prepend(entry);
    while (list.children.length > kept) list.lastElementChild?.remove();
    waiting.hidden = true;
  };
  const clear = () => {
    list.replaceChildren();
    waiting.hidden = false;
  };
  const badge = (text: string, className: string) => make("span", { class: `badge ${className}` }, text);
  /** The list of users puts the address in the place of the id, once it knows it. */
  const person = (username: string) => make("span", { "data-user": username }, username);
  const code = (text: string) => make("code", {}, text);
  const toneOf = (status: number) => (status < 400 ? "good" : status < 500 ? "bad" : "broken");

  byId("clear-log").addEventListener("click", clear);
  on("*", clear);

  on<ApiRequestEvent>("api-request", (event) => {
    const decision = event.decision ?? "no such method";
    const tone = event.decision === "refused" || !event.decision ? "bad" : "good";
    const why =
      event.reason ??
      (event.decision === "let in"
        ? "The Cognito authorizer let the token in: its signature, issuer, expiry and kind hold."
        : event.decision === "open to anyone"
          ? "The method has no authorizer."
          : undefined);
    add(
      event.at,
      "api-request",
      [
        badge(String(event.status), toneOf(event.status)),
        code(`${event.method} ${event.path}`),
        badge(decision, tone),
        ...(event.principal ? [person(event.principal)] : []),
        make("span", { class: "quiet" }, `${Math.round(event.durationMs)} ms`),
      ],
      why,
    );
  });
  on<Extract<CloudEvent, { kind: "sign-in" }>>("sign-in", (event) => {
    const tone = event.outcome === "signed in" ? "good" : "bad";
    add(
      event.at,
      "other",
      [badge("sign-in", "plain"), person(event.username), badge(event.outcome, tone)],
      event.reason,
    );
  });
  on<Extract<CloudEvent, { kind: "oauth" }>>("oauth", (event) => {
    const tone = event.reason === undefined ? "good" : "bad";
    add(event.at, "other", [badge("OAuth", "plain"), code(event.endpoint), badge(event.outcome, tone)], event.reason);
  });
  on<Extract<CloudEvent, { kind: "user" }>>("user", (event) =>
    add(event.at, "other", [badge("user", "plain"), person(event.username), event.action]),
  );
  on<Extract<CloudEvent, { kind: "mail" }>>("mail", (event) =>
    add(event.at, "other", [badge("mail", "plain"), `${event.subject || "SMS"} to ${event.to}`]),
  );
  on<Extract<CloudEvent, { kind: "function-log" }>>("function-log", (event) =>
    add(event.at, "other", [badge("log", "plain"), `${event.functionName}: `, code(event.line.trimEnd())]),
  );
  on<Extract<CloudEvent, { kind: "program" }>>("program", (event) => {
    const words = {
      evaluating: "the sources changed; the program is evaluated again",
      running: "the changed program runs",
      failed: "the changed program is broken; what ran before keeps running",
    };
    add(
      event.at,
      "other",
      [badge("program", event.outcome === "failed" ? "bad" : "plain"), words[event.outcome]],
      event.reason,
    );
  });

  on<{ count: number }>("missed", ({ count }) =>
    add(Date.now(), "api-request", [badge("missed", "plain"), `${count} events came faster than this page reads them`]),
  );

  const onlyRequests = byId<HTMLInputElement>("only-requests");
  const filter = () => list.classList.toggle("only-requests", onlyRequests.checked);
  onlyRequests.addEventListener("change", filter);
  filter();
}
