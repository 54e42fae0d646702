/**
 * Tokens for programs of this machine, without a sign-in: `POST /api/tokens` makes the user where the pool does not have it
 * and answers with what the app client would get. Any program here could sign somebody up and read the mail as well; pages
 * of other sites and other machines could not, and are kept out.
 */
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { CognitoError } from "../cognito/errors.ts";
import type { Generation } from "../host/generation.ts";
import { comesFromPage } from "../http/web-page.ts";
import { refusal } from "./guard.ts";

/** No page can send this: a browser names the page's origin, and asks before it sends JSON to another. */
const onlyPrograms: MiddlewareHandler = async (context, next) => {
  if (comesFromPage(context.req.raw))
    return context.json(refusal("page", "Only programs of this machine may do this, and no page."), 403);
  const mediaType = (context.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (mediaType !== "application/json")
    return context.json(refusal("not_json", "Send the request as application/json."), 415);
  return next();
};

interface Wanted {
  userPoolId?: unknown;
  /** User name, e-mail address or phone number. */
  as?: unknown;
  groups?: unknown;
  /** Name or id. */
  client?: unknown;
  scopes?: unknown;
}

/** @param current what runs now */
export function tokensForPrograms(current: () => Generation): Hono {
  const app = new Hono();
  app.use(onlyPrograms, bodyLimit({ maxSize: 64 * 1024 }));
  app.post("/", async (context) => {
    const { userPoolId, as, groups, client, scopes } = Object(await context.req.json().catch(() => ({}))) as Wanted;
    if (typeof as !== "string" || as === "" || !isListOfTexts(groups) || !isListOfTexts(scopes))
      return context.json(refusal("input_invalid", "Send as, and groups and scopes as lists of texts."), 400);
    const admin = current().cognito.admin(String(userPoolId));
    if (!admin) return context.json(refusal("pool_unknown", "The program declares no such user pool."), 404);
    // An address is a name, or the attribute that the pool signs people in by: it knows which.
    const attributes: Record<string, string> | undefined = /^\+\d+$/.test(as)
      ? { phone_number: as }
      : as.includes("@")
        ? { email: as }
        : undefined;
    const wanted = attributes ? { attributes } : { username: as };
    const user = await admin.put({ ...wanted, groups: groups ?? [] });
    const request = { client: client === undefined ? undefined : String(client), scopes };
    return context.json(await admin.tokens(user.username, request));
  });
  app.onError((error, context) => {
    if (error instanceof CognitoError) return context.json(refusal(error.type, error.message), 400);
    throw error;
  });
  return app;
}

function isListOfTexts(value: unknown): value is string[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every((item) => typeof item === "string"));
}
