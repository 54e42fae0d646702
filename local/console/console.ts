/**
 * The console's origin: the identity provider (as `cognito-idp.<region>.amazonaws.com`), and a page and an API of our own
 * for people and scripts. No answer of ours carries CORS headers, so no page of another site can read it.
 */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { ReadyDocument } from "../cloud.ts";
import type { CognitoService } from "../cognito/service.ts";
import type { EventLog } from "./event-log.ts";
import { consolePage } from "./page.ts";

export interface ConsoleServices {
  ready: ReadyDocument;
  cognito: CognitoService;
  events: EventLog;
}

/** @returns a fetch handler */
export function consoleApp({ ready, cognito, events }: ConsoleServices): (request: Request) => Promise<Response> {
  const app = new Hono();

  app.get("/", (context) => {
    const { html, policy } = consolePage(ready);
    context.header("content-security-policy", policy);
    context.header("cache-control", "no-store");
    context.header("referrer-policy", "no-referrer");
    context.header("x-content-type-options", "nosniff");
    context.header("x-frame-options", "DENY");
    return context.html(html);
  });

  app.get("/api/cloud", (context) => context.json(ready));
  app.get("/api/messages", (context) => context.json(cognito.messages()));
  app.get("/api/users", (context) =>
    context.json(ready.userPools.map(({ id, name }) => ({ userPoolId: id, name, users: cognito.users(id) }))),
  );

  /** Server-sent events: first what happened lately, then everything as it happens. */
  app.get("/api/events", (context) =>
    streamSSE(context, async (stream) => {
      const pending = events.recent();
      let wake = () => {};
      const unsubscribe = events.subscribe((event) => {
        pending.push(event);
        wake();
      });
      stream.onAbort(() => {
        unsubscribe();
        wake();
      });
      while (!stream.aborted && !stream.closed) {
        for (const event of pending.splice(0))
          await stream.writeSSE({ event: event.kind, data: JSON.stringify(event) });
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (pending.length > 0 || stream.aborted) resolve();
        });
      }
    }),
  );

  return async (request) => (await cognito.identityProvider(request)) ?? app.fetch(request);
}
