/** The live log: every request with the authorizer's decision and its reason, and what else happened. */
import type { ApiRequestEvent, CloudEvent } from "../../platform.ts";
import type { OpenedRequest } from "../opened-request.ts";
import type { Kit } from "./kit.ts";

export function requestLog({ byId, make, breakable, button, read, act, tell, time, pretty, on }: Kit): void {
  const list = byId("log");
  const kept = 500;
  const waiting = byId("log-empty");

  const add = (at: number, className: string, head: (Node | string)[], why?: string, more?: Node) => {
    const entry = make("li", { class: className }, make("p", { class: "what" }, time(at), ...head));
    if (why) entry.append(make("p", { class: "why" }, breakable(why)));
    if (more) entry.append(more);
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
  const code = (text: string) => make("code", {}, breakable(text));
  const toneOf = (status: number) => (status < 400 ? "good" : status < 500 ? "bad" : "broken");

  /** For a shell of the POSIX kind. The token is the reader's own: `TOKEN=$(demo-auth token)`. */
  const asCurl = ({ method, url, requestHeaders, requestBody }: OpenedRequest) => {
    const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
    const skipped = ["host", "connection", "content-length", "accept-encoding", "cookie", "user-agent"];
    const fields = requestHeaders
      .filter(([name]) => !skipped.includes(name.toLowerCase()))
      .map(([name, value]) =>
        name.toLowerCase() === "authorization" ? `-H "${name}: $TOKEN"` : `-H ${quoted(`${name}: ${value}`)}`,
      );
    const body = requestBody === "" ? [] : [`--data-raw ${quoted(requestBody)}`];
    return ["curl -i", ...(method === "GET" ? [] : [`-X ${method}`]), quoted(url), ...fields, ...body].join(" ");
  };

  const part = (name: string, text: string) =>
    text === "" ? [] : [make("h4", {}, name), make("pre", { tabindex: "0", role: "region", "aria-label": name }, text)];
  const fieldLines = (fields: [string, string][]) => fields.map(([name, value]) => `${name}: ${value}`).join("\n");

  const details = ({ requestId }: ApiRequestEvent) => {
    const place = make("div", { class: "opened" });
    const open = make("details", { class: "request" }, make("summary", {}, "Request, answer and log"), place);
    const fill = async () => {
      const opened = await read<OpenedRequest>(`/api/requests/${requestId}`);
      const copy = async () => {
        await navigator.clipboard.writeText(asCurl(opened));
        tell("The command is copied. It takes the token from $TOKEN.");
      };
      const again = async () => {
        const { status } = await act<{ status: number }>("replay", { requestId });
        tell(`Sent again; the answer is ${status}.`);
      };
      place.replaceChildren(
        make("p", { class: "row" }, button("Send again", again), button("Copy as curl", copy)),
        ...part("Request", [`${opened.method} ${opened.url}`, fieldLines(opened.requestHeaders)].join("\n")),
        ...part("Request body", pretty(opened.requestBody)),
        ...part("Answer", fieldLines(opened.responseHeaders)),
        ...part("Answer body", pretty(opened.responseBody)),
        ...part("Function log", opened.log.join("\n")),
        ...(opened.cut ? [make("p", { class: "quiet" }, "Only the beginning of a long body is kept.")] : []),
      );
    };
    open.addEventListener("toggle", () => {
      if (open.open) fill().catch((error) => place.replaceChildren((error as Error).message));
    });
    return open;
  };

  /** By the authorization that the program declared. */
  const letIn: Record<string, string> = {
    COGNITO_USER_POOLS: "The Cognito authorizer let the token in: its signature, issuer, expiry and kind hold.",
    JWT: "The JWT authorizer let the token in: its signature, issuer, audience, expiry and scopes hold.",
    CUSTOM: "The Lambda authorizer let the request in.",
    AWS_IAM: "The request is signed with a key that may call it.",
  };

  byId("clear-log").addEventListener("click", clear);
  on("*", clear);

  on<ApiRequestEvent>("api-request", (event) => {
    const decision = event.decision ?? "no such method";
    const tone = event.decision === "refused" || !event.decision ? "bad" : "good";
    const why =
      event.reason ??
      (event.decision === "let in"
        ? letIn[event.authorization ?? ""]
        : event.decision === "open to anyone"
          ? "It has no authorizer."
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
      details(event),
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
    add(event.at, "other", [
      badge("mail", "plain"),
      make("span", {}, breakable(`${event.subject || "SMS"} to ${event.to}`)),
    ]),
  );
  on<Extract<CloudEvent, { kind: "trigger" }>>("trigger", (event) => {
    const tone = event.outcome === "answered" ? "good" : "bad";
    const what = [badge("trigger", "plain"), code(event.triggerSource), `${event.functionName} `];
    add(event.at, "other", [...what, badge(event.outcome, tone)], event.reason);
  });
  on<Extract<CloudEvent, { kind: "run-by-hand" }>>("run-by-hand", (event) => {
    const tone = event.outcome === "answered" ? "good" : "bad";
    const what = [badge("run", "plain"), `${event.functionName} `, badge(event.outcome, tone)];
    const took = make("span", { class: "quiet" }, `${Math.round(event.durationMs)} ms`);
    const by = event.source === undefined ? "By hand." : `By hand, with an event of ${event.source}.`;
    const why = event.reason === undefined ? by : `${by} ${event.reason}`;
    const result = part("Result", pretty(event.result ?? ""));
    add(event.at, "api-request", [...what, took], why, result.length > 0 ? make("div", {}, ...result) : undefined);
  });
  on<Extract<CloudEvent, { kind: "database" }>>("database", (event) =>
    add(
      event.at,
      "other",
      [badge("DynamoDB", "plain"), code(event.operation), badge(event.outcome, "bad")],
      event.reason,
    ),
  );
  on<Extract<CloudEvent, { kind: "aws-api" }>>("aws-api", (event) =>
    add(
      event.at,
      "other",
      [badge(event.service, "plain"), code(event.operation), badge(event.outcome, "bad")],
      event.reason,
    ),
  );
  /** Lambda's own lines, in either format of a log. */
  const isServiceLine = /^(?:INIT_START|START|END|REPORT) |"type":"platform\./;
  on<Extract<CloudEvent, { kind: "function-log" }>>("function-log", (event) =>
    add(event.at, isServiceLine.test(event.line) ? "other service" : "other", [
      badge("log", "plain"),
      `${event.functionName}: `,
      code(event.line.trimEnd()),
    ]),
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
  const serviceLines = byId<HTMLInputElement>("service-lines");
  const filter = () => {
    list.classList.toggle("only-requests", onlyRequests.checked);
    list.classList.toggle("without-service", !serviceLines.checked);
  };
  for (const choice of [onlyRequests, serviceLines]) choice.addEventListener("change", filter);
  filter();
}
