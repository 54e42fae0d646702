/**
 * The console's origin: the identity provider (as `cognito-idp.<region>.amazonaws.com`), other services of AWS, test
 * invocations (as `apigateway.<region>.amazonaws.com`), and a page and an API of our own for people and scripts. No answer of ours carries
 * CORS headers, so no page of another site can read it; `guard.ts` says who may change anything.
 */
import type { RequestListener } from "node:http";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Generation } from "../host/generation.ts";
import { fetchListener } from "../http/fetch-listener.ts";
import { isOfThisMachine } from "../http/loopback.ts";
import type { Platform } from "../platform.ts";
import { consoleActions } from "./actions.ts";
import type { EventLog } from "./event-log.ts";
import { isForEverybody, onlyTheConsolesPage, refusal, refuseOtherSites } from "./guard.ts";
import { findRequest, openedRequest, originOf } from "./opened-request.ts";
import { overview } from "./overview.ts";
import { consolePage } from "./page.ts";
import { tokensForPrograms } from "./tokens-for-programs.ts";

/** A body of API Gateway's 10 MB, written as a string of JSON. */
const LONGEST_TEST_INVOCATION_BYTES = 2 * 10_485_760;

export interface ConsoleServices {
  /** What runs now. */
  current: () => Generation;
  events: EventLog;
  platform: Platform;
}

export function consoleListener({ current, events, platform }: ConsoleServices): RequestListener {
  const run = { id: platform.randomUUID(), pageToken: platform.randomBytes(32).toString("base64url") };
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set("cache-control", "no-store");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("cross-origin-resource-policy", "same-origin");
    headers.set("referrer-policy", "no-referrer");
    headers.set("x-content-type-options", "nosniff");
    headers.set("x-frame-options", "DENY");
  });

  app.get("/", (context) => {
    const { html, policy } = consolePage(current().ready, run);
    context.header("content-security-policy", policy);
    return context.html(html);
  });

  app.use("/api/*", refuseOtherSites);
  app.get("/api/cloud", (context) => context.json(current().ready));
  app.get("/api/messages", (context) => context.json(current().cognito.messages()));
  app.get("/api/users", (context) => {
    const { ready, cognito } = current();
    return context.json(
      ready.userPools.map(({ id, name, clients }) => ({
        userPoolId: id,
        name,
        clients: clients.filter(isForPeople).map((client) => client.name),
        newUserLabel: usernameLabel(cognito.admin(id)?.usernameAttributes ?? []),
        users: cognito.users(id),
      })),
    );
  });
  app.get("/api/functions", async (context) => {
    const { ready } = current();
    const runnable = (await current().runsByHand()).functions();
    return context.json(
      runnable.map((one) => ({
        ...one,
        urls: ready.functionUrls
          .filter(({ functionName }) => functionName.split(":")[0] === one.name)
          .map(({ url, authorization }) => ({ url, authorization })),
      })),
    );
  });
  app.get("/api/requests/:id", (context) => {
    const recent = events.recent();
    const event = findRequest(recent, context.req.param("id"));
    const details = event?.details?.();
    if (!event || !details) return context.json(refusal("request_unknown", "This request is no longer kept."), 404);
    return context.json(openedRequest(event, details, originOf(current().ready, event.apiId) ?? "", recent));
  });
  app.get("/api/tables/items", (context) => {
    const { region = "", name = "", after = "" } = context.req.query();
    const page = current().dynamoDb?.page(region, name, after);
    if (!page) return context.json(refusal("table_unknown", "The program declares no table of this name there."), 404);
    return context.json(page);
  });
  app.get("/api/overview", (context) => {
    const { ready, graph } = current();
    return context.json(overview(ready, graph));
  });

  /** Server-sent events: which run this is, what happened lately, then everything as it happens. */
  app.get("/api/events", (context) => streamSSE(context, (stream) => sendEvents(stream, events, run.id)));

  app.route("/api/tokens", tokensForPrograms(current));

  app.use("/restapis/*", refuseOtherSites, bodyLimit({ maxSize: LONGEST_TEST_INVOCATION_BYTES }));
  app.all("/restapis/*", (context) => current().apiGateway(context.req.raw));
  app.use("/apikeys/*", refuseOtherSites);
  app.all("/apikeys/*", (context) => current().apiGateway(context.req.raw));

  app.use("/api/actions/*", onlyTheConsolesPage(run.pageToken));
  app.route("/api/actions", consoleActions(current, events));

  const answer = async (request: Request) =>
    (await current().dynamoDb?.answer(request)) ??
    (await current().parameters?.answer(request)) ??
    (await current().lambda(request)) ??
    (await current().cognito.identityProvider(request)) ??
    app.fetch(request);
  const listener = fetchListener(answer);
  return (request, response) => {
    if (isOfThisMachine(request) || isForEverybody(request)) return listener(request, response);
    const why = "The console is for this machine only: mail, users and test invocations are not shown to others.\n";
    response.writeHead(403, { "content-type": "text/plain" }).end(why);
  };
}

/** A client that acts for itself only has no users. */
const isForPeople = ({ flows }: { flows: string[] }) =>
  flows.length === 0 || flows.some((flow) => flow !== "client_credentials");

/** As the form for a new user asks for it. */
function usernameLabel(attributes: readonly string[]): string {
  const label = attributes.map((name) => name.replaceAll("_", " ")).join(" or ") || "username";
  return label[0]!.toUpperCase() + label.slice(1);
}

/** A tab that reads slower than things happen is told how many it has missed, and costs no more than these. */
const MOST_WAITING = 1000;

async function sendEvents(stream: SSEStreamingApi, events: EventLog, runId: string): Promise<void> {
  await stream.writeSSE({ event: "hello", data: JSON.stringify({ run: runId }) });
  const waiting = events.recent();
  let missed = 0;
  let wake = () => {};
  const unsubscribe = events.subscribe((event) => {
    if (waiting.length < MOST_WAITING) waiting.push(event);
    else missed++;
    wake();
  });
  stream.onAbort(() => {
    unsubscribe();
    wake();
  });
  while (!stream.aborted && !stream.closed) {
    for (let event = waiting.shift(); event && !stream.aborted; event = waiting.shift())
      await stream.writeSSE({ event: event.kind, data: JSON.stringify(event) });
    if (missed > 0) {
      const count = missed;
      missed = 0;
      await stream.writeSSE({ event: "missed", data: JSON.stringify({ count }) });
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (waiting.length > 0 || missed > 0 || stream.aborted) resolve();
    });
  }
}
