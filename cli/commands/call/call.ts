/**
 * Calling the protected API as curl would, with the right token. The token goes to the target's API origin only, and
 * never along a redirect.
 */
import { requireToken } from "../../sessions/access.ts";
import { SessionRefused } from "../../sessions/refusals.ts";
import type { TokenUse } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, target as resolveTarget, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { LARGEST_API_ANSWER_BYTES, RequestFailed, request } from "../../shared/http.ts";
import type { HttpAnswer } from "../../shared/http-client.ts";
import { safeText } from "../../shared/text.ts";
import { caseCorrectedPath, findRoute, type Target, targetBinding, tokenUseFor } from "../../targets/target.ts";
import { refusalOf } from "./api-refusal.ts";
import { type CallInput, callInput, type InputFlags } from "./call-input.ts";
import { readBody } from "./request-body.ts";
import { compileQuery, showAnswer } from "./show-answer.ts";

export interface CallFlags extends InputFlags {
  type?: TokenUse;
  login?: boolean;
}

/** What the command line asks for, of whatever target. */
interface Asked extends CallInput {
  path: string;
  body: string | Uint8Array | undefined;
}

interface Answered {
  answer: HttpAnswer;
  /** Below the stage's URL. */
  pathname: string;
  /** Which token was sent. */
  use: TokenUse;
}

/** @throws CliError `api_unauthorized` on 401, `api_refused` on any other status from 400, after printing the answer */
export async function callApi(io: CommandContext<CallFlags>, path: string): Promise<void> {
  const input = callInput(io, path);
  const query = await compileQuery(io.flags.query);
  const resolution = await resolveTarget(io);
  const asked = { ...input, path, body: await readBody(io) };
  if (asked.body !== undefined && /^(GET|HEAD)$/.test(asked.method))
    io.out.note(`A body with ${asked.method} means nothing in HTTP, and an edge-optimized API refuses it with 403.`);
  let { target } = resolution;
  let answer = await send(io, target, asked);
  if (resolution.cached && looksMoved(answer)) {
    const fresh = (await resolveTarget(io, { refresh: true })).target;
    if (fresh.apiUrl !== target.apiUrl) {
      io.out.note(`The stack has changed; calling ${fresh.apiUrl}.`);
      target = fresh;
      answer = await send(io, target, asked);
    }
  }
  if (answer instanceof RequestFailed) throw answer;
  await showAnswer(io, answer.answer, query);
  if (answer.answer.status >= 400) throw await refusalOf(io.world, answer.answer, target, { ...asked, ...answer });
}

/** A network failure is returned, not thrown: the stack may have moved. */
async function send(
  io: CommandContext<CallFlags>,
  target: Target,
  { method, path, headers, body, timeoutMs }: Asked,
): Promise<Answered | RequestFailed> {
  const { url, use, isOpen, pathname } = locate(io, target, method, path);
  const token = await tokenFor(io, target, use, isOpen);
  io.out.debug(`${method} ${url.origin}${url.pathname} with ${token === undefined ? "no" : `the ${use}`} token`);
  try {
    const answer = await request(io.world, "the API", url, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body,
      timeoutMs,
      limit: LARGEST_API_ANSWER_BYTES,
    });
    return { answer, use, pathname };
  } catch (error) {
    if (error instanceof RequestFailed) return error;
    throw error;
  }
}

/** Where the request goes, and which token it needs there. */
function locate(
  io: CommandContext<CallFlags>,
  target: Target,
  method: string,
  path: string,
): { url: URL; use: TokenUse; isOpen: boolean; pathname: string } {
  if (target.apiUrl === undefined) {
    throw new CliError("configuration_missing", `${target.label} does not say where its API is.`, {
      next: "Set apiUrl in demo-auth.json, or: export DEMO_AUTH_API_URL=https://<id>.execute-api.<region>.amazonaws.com/<stage>",
    });
  }
  const { pathname, search } = apiPath(target.apiUrl, path);
  const corrected = caseCorrectedPath(target.routes, pathname);
  if (corrected) io.out.note(`The API has ${corrected}, not ${safeText(pathname)}; calling ${corrected}.`);
  const route = findRoute(target.routes, method, corrected ?? pathname);
  const use = io.flags.type ?? tokenUseFor(target, route);
  const url = new URL(target.apiUrl + (corrected ?? pathname) + search);
  return { url, use, isOpen: route?.open === true, pathname: corrected ?? pathname };
}

/** Path and query below the stage's URL. An absolute URL must lie there too: the token goes nowhere else. */
function apiPath(apiUrl: string, path: string): { pathname: string; search: string } {
  const base = new URL(`${apiUrl}/`);
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith("//");
  const url = absolute ? URL.parse(path, base) : URL.parse(apiUrl + (path.startsWith("/") ? path : `/${path}`));
  if (!url || url.origin !== base.origin || !`${url.pathname}/`.startsWith(base.pathname)) {
    throw usage(`The token is for ${apiUrl} only, so ${safeText(path, 100)} is not called`, {
      say: "Give a path",
      command: "call",
      args: ["/transactions"],
    });
  }
  return { pathname: url.pathname.slice(base.pathname.length - 1) || "/", search: url.search };
}

/** @returns `undefined` where nobody is signed in and none is needed */
async function tokenFor(
  io: CommandContext<CallFlags>,
  target: Target,
  use: TokenUse,
  isOpen: boolean,
): Promise<string | undefined> {
  const store = new SessionStore(io.world);
  try {
    return (await requireToken(io.world, store, targetBinding(target), { use })).token;
  } catch (error) {
    const mendable = error instanceof SessionRefused && ["not_signed_in", "token_expired"].includes(error.code);
    if (!mendable) throw error;
    if (!io.flags.login) {
      if (!isOpen) throw error;
      io.out.note("Called without a token: nobody is signed in, and this method lets in anyone.");
      return undefined;
    }
  }
  const { performSignIn } = await import("../login/login.ts");
  const { resolveTarget: resolveAgain } = await import("../../targets/resolve.ts");
  // The flags of `call` are not those of a sign-in: its --timeout is for the API.
  const { timeout: _, ...flags } = io.flags;
  const { session } = await performSignIn({ ...io, flags }, await resolveAgain(io.world, io.flags));
  const token = use === "id" ? session.idToken : session.accessToken;
  if (token) return token;
  throw new CliError("token_missing", `The sign-in brought no ${use} token.`, {
    next: { say: "Check the target's scopes", command: "config" },
  });
}

/** A deployed stage that is gone answers 403 Missing Authentication Token, or its name no longer resolves. */
function looksMoved(answered: Answered | RequestFailed): boolean {
  if (answered instanceof RequestFailed) return true;
  const { answer } = answered;
  return answer.status === 403 && answer.headers["x-amzn-errortype"] !== "AccessDeniedException";
}
