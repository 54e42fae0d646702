/** What the console page can do: to the users of a pool, and as a client of the APIs that run. */
import { readFileSync } from "node:fs";
import http, { type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";
import { text as readText } from "node:stream/consumers";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { CognitoError } from "../cognito/errors.ts";
import type { UserAdministration } from "../cognito/service.ts";
import type { Generation } from "../host/generation.ts";
import { isJsonObject } from "../json-object.ts";
import type { EventLog } from "./event-log.ts";
import { refusal } from "./guard.ts";
import { findRequest, originOf, replayedFields } from "./opened-request.ts";

const LONGEST_BODY_BYTES = 64 * 1024;
const LONGEST_SHOWN_ANSWER = 20_000;

type Input = Record<string, unknown>;

/** @param current what runs now */
export function consoleActions(current: () => Generation, events: EventLog): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: LONGEST_BODY_BYTES }));

  const change = (path: string, work: (admin: UserAdministration, input: Input) => unknown) =>
    app.post(`/users/${path}`, async (context) => {
      const input = await bodyOf(context);
      const admin = current().cognito.admin(text(input, "userPoolId"));
      if (!admin) return context.json(refusal("pool_unknown", "The program declares no such user pool."), 404);
      await work(admin, input);
      return context.json({ done: true });
    });

  change("create", (admin, input) =>
    admin.create({
      username: text(input, "username").trim(),
      attributes: {},
      temporaryPassword: text(input, "temporaryPassword") || undefined,
    }),
  );
  change("confirm", (admin, input) => admin.confirm(text(input, "username")));
  change("enable", (admin, input) => admin.setEnabled(text(input, "username"), true));
  change("disable", (admin, input) => admin.setEnabled(text(input, "username"), false));
  change("delete", (admin, input) => admin.delete(text(input, "username")));
  change("delete-passkey", (admin, input) => admin.deletePasskey(text(input, "username"), text(input, "id")));
  change("set-password", (admin, input) =>
    admin.setPassword(text(input, "username"), text(input, "password"), input.permanent !== false),
  );

  /** What the user's client would get at the end of a sign-in: for the page, which shows and calls with it. */
  app.post("/users/tokens", async (context) => {
    const input = await bodyOf(context);
    const admin = current().cognito.admin(text(input, "userPoolId"));
    if (!admin) return context.json(refusal("pool_unknown", "The program declares no such user pool."), 404);
    return context.json(await admin.tokens(text(input, "username"), { client: text(input, "client") || undefined }));
  });

  /** Calls a route of an API that runs, as any client would. The token goes to that API and is kept nowhere. */
  app.post("/call", async (context) => {
    const input = await bodyOf(context);
    const stage = current()
      .ready.apis.find(({ id }) => id === input.apiId)
      ?.stages.find(({ name }) => name === input.stage);
    if (!stage) return context.json(refusal("stage_unknown", "The program declares no such API and stage."), 404);
    const url = new URL(stage.url + text(input, "path"));
    if (!url.href.startsWith(`${stage.url}/`))
      return context.json(refusal("path_outside", "The path leads out of the stage."), 400);
    const token = text(input, "token").trim();
    const { certificateAuthority } = current().ready;
    const headers = token === "" ? {} : { authorization: token };
    const answer = await requestApi(url, { method: text(input, "method"), headers }, certificateAuthority);
    return context.json({ ...answer, body: answer.body.slice(0, LONGEST_SHOWN_ANSWER) });
  });

  /** Sends a request that came lately once more, as it came. Its answer is a request of its own in the log. */
  app.post("/replay", async (context) => {
    const event = findRequest(events.recent(), text(await bodyOf(context), "requestId"));
    const details = event?.details?.();
    const { ready } = current();
    const origin = event && originOf(ready, event.apiId);
    if (!event || !details || origin === undefined)
      return context.json(refusal("request_unknown", "This request is no longer kept."), 404);
    if (details.cut)
      return context.json(refusal("request_cut", "Its body was too long to keep, so it cannot be sent again."), 400);
    const { status } = await requestApi(
      new URL(origin + details.target),
      { method: event.method, headers: replayedFields(details), body: details.requestBody },
      ready.certificateAuthority,
    );
    return context.json({ status });
  });

  app.post("/functions/run", async (context) => {
    const input = await bodyOf(context);
    const event = text(input, "event");
    try {
      JSON.parse(event);
    } catch {
      return context.json(refusal("event_invalid", "The event is not JSON."), 400);
    }
    const runs = await current().runsByHand();
    const outcome = await runs.run(text(input, "functionName"), text(input, "source") || undefined, event);
    if (!outcome) return context.json(refusal("function_unknown", "The program declares no such function."), 404);
    return context.json({ ...outcome, result: outcome.result?.slice(0, LONGEST_SHOWN_ANSWER) });
  });

  app.onError((error, context) => {
    if (error instanceof CognitoError) return context.json(refusal(error.type, error.message), 400);
    if (error instanceof InputError || error instanceof TypeError)
      return context.json(refusal("input_invalid", error.message), 400);
    throw error;
  });
  return app;
}

/** @param certificateAuthority the file of the authority to trust, which Node's `fetch` cannot be told */
function requestApi(
  url: URL,
  { method, headers, body }: { method: string; headers: OutgoingHttpHeaders; body?: Buffer },
  certificateAuthority: string | undefined,
): Promise<{ status: number; contentType: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const answered = async (answer: IncomingMessage) => {
      try {
        const body = await readText(answer);
        resolve({ status: answer.statusCode ?? 0, contentType: answer.headers["content-type"], body });
      } catch (error) {
        reject(error);
      }
    };
    const request =
      certificateAuthority === undefined
        ? http.request(url, { method, headers }, answered)
        : https.request(url, { method, headers, ca: readFileSync(certificateAuthority) }, answered);
    request.once("error", reject).end(body);
  });
}

class InputError extends Error {}

async function bodyOf(context: Context): Promise<Input> {
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    throw new InputError("The request's body is not JSON.");
  }
  if (!isJsonObject(body)) throw new InputError("The request's body is not a JSON object.");
  return body;
}

function text(input: Input, name: string): string {
  const value = input[name] ?? "";
  if (typeof value !== "string") throw new InputError(`${name} is not a text.`);
  return value;
}
