/**
 * The hosted UI's cookies. A browser keeps one jar for a host whatever the port, so every hosted UI on this machine
 * reads and writes the same cookies, and so does every other program that serves pages here (RFC 6265 §8.5); therefore
 * - a session cookie holds the identifiers of several pools' sessions, and each pool looks up and replaces only its own;
 * - the anti-forgery token is kept when there is one, so that a form open in another tab stays good;
 * - where a cookie comes twice, one was planted with a longer path, which the browser sends first and no cookie of ours
 *   replaces: of two that both lead to somebody, neither is believed.
 * `Secure` is left out on plain HTTP, where a browser would drop the cookie.
 */

import { timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import type { Pool } from "../pool.ts";
import type { FlowStep, SignInFlow, SignInSession } from "../state/sign-in-sessions.ts";

const sessionCookie = "cognito";
const flowCookie = "cognito-fl";
const forgeryCookie = "XSRF-TOKEN";
const providerCookie = "csrf-state";
const sentAddressCookie = "cognito-sent-address";
const sentAddressSeconds = 60;
const longestSentAddress = 300;
const mostIdentifiers = 8;
const sessionSeconds = 3600;
/** As long as a mailed sign-up code lives; each flow's own, shorter life is kept with the flow. */
const flowSeconds = 86_400;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface BrowserSession extends SignInSession {
  id: string;
}

export interface BrowserFlow extends SignInFlow {
  id: string;
}

/** This pool's session in the browser. Where there are two, whose browser it is is not known, and both end. */
export function currentSession(context: Context, pool: Pool): BrowserSession | undefined {
  const sessions = identifiers(context, sessionCookie).flatMap((id) => {
    const session = pool.sessions.get(id);
    return session ? [{ ...session, id }] : [];
  });
  if (sessions.length < 2) return sessions[0];
  for (const { id } of sessions) pool.sessions.delete(id);
  return undefined;
}

/** Starts this pool's session in the browser; an earlier one of this pool ends. */
export function startSession(context: Context, pool: Pool, session: SignInSession): void {
  const others = identifiers(context, sessionCookie).filter((id) => !pool.sessions.delete(id));
  writeIdentifiers(context, sessionCookie, [pool.sessions.create(session), ...others], sessionSeconds);
}

/** Ends this pool's session in the browser; sessions of other pools stay. */
export function endSession(context: Context, pool: Pool): void {
  const others = identifiers(context, sessionCookie).filter((id) => !pool.sessions.delete(id));
  writeIdentifiers(context, sessionCookie, others, sessionSeconds);
}

/**
 * The newest half-way flow of this pool and client in the browser that is at one of these steps. Where two cookies have
 * one each, whose flow it is is not known, and both end.
 */
export function currentFlow(
  context: Context,
  pool: Pool,
  clientId: string,
  steps: FlowStep[],
): BrowserFlow | undefined {
  const newest = (cookie: string): BrowserFlow | undefined => {
    for (const id of identifiersIn(cookie)) {
      const flow = pool.flows.get(id);
      if (flow?.clientId === clientId && steps.includes(flow.step)) return { ...flow, id };
    }
    return undefined;
  };
  const flows = cookies(context, flowCookie).flatMap((cookie) => newest(cookie) ?? []);
  if (new Set(flows.map(({ id }) => id)).size < 2) return flows[0];
  for (const { id } of flows) pool.flows.end(id);
  return undefined;
}

export function beginFlow(context: Context, pool: Pool, flow: SignInFlow, seconds: number): void {
  const others = identifiers(context, flowCookie);
  writeIdentifiers(context, flowCookie, [pool.flows.begin(flow, seconds), ...others], flowSeconds);
}

/** @returns whether the flow was still there: two posts of one form end it once */
export function endFlow(context: Context, pool: Pool, flow: BrowserFlow): boolean {
  writeIdentifiers(
    context,
    flowCookie,
    identifiers(context, flowCookie).filter((id) => id !== flow.id),
    flowSeconds,
  );
  return pool.flows.end(flow.id);
}

/**
 * A sign-in that goes on at an external provider.
 * @returns the `state` that only this browser can come back with, and once
 */
export function beginAtProvider(context: Context, pool: Pool, flow: SignInFlow, seconds: number): string {
  const state = pool.flows.begin(flow, seconds);
  const others = identifiers(context, providerCookie);
  writeIdentifiers(context, providerCookie, [state, ...others], seconds);
  return state;
}

/** @returns the sign-in that this browser took to a provider; `undefined` for another's, a late and a second answer */
export function returnFromProvider(context: Context, pool: Pool, state: string): SignInFlow | undefined {
  const own = identifiers(context, providerCookie);
  if (!own.includes(state)) return undefined;
  writeIdentifiers(
    context,
    providerCookie,
    own.filter((id) => id !== state),
    flowSeconds,
  );
  const flow = pool.flows.get(state);
  return flow?.step === "EXTERNAL_PROVIDER" && pool.flows.end(state) ? flow : undefined;
}

/** The value for the form's `_csrf` field; sets the cookie that must match it. */
export function forgeryToken(context: Context, pool: Pool): string {
  const token = cookies(context, forgeryCookie).find((value) => uuid.test(value)) ?? pool.platform.randomUUID();
  setCookie(context, forgeryCookie, token);
  return token;
}

/**
 * Double submit: the form's field equals the cookie. Because any program on this machine's other ports can plant a
 * cookie, a browser's own word on where the form was is heard too.
 */
export function isForged(context: Context, field: unknown): boolean {
  const origin = context.req.header("origin");
  if (origin !== undefined && origin !== new URL(context.req.url).origin) return true;
  if (["same-site", "cross-site"].includes(context.req.header("sec-fetch-site") ?? "")) return true;
  if (typeof field !== "string" || !uuid.test(field)) return true;
  return !cookies(context, forgeryCookie).some((cookie) => isSame(cookie, field));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** For the error page that the browser is sent to. */
export function rememberSentAddress(context: Context, address: string): void {
  setCookie(context, sentAddressCookie, encodeURIComponent(address.slice(0, longestSentAddress)), sentAddressSeconds);
}

export function sentAddress(context: Context): string | undefined {
  const [address] = cookies(context, sentAddressCookie);
  try {
    return address === undefined ? undefined : decodeURIComponent(address);
  } catch {
    return undefined;
  }
}

/** Every value that a name comes with, in the browser's order. */
function cookies(context: Context, name: string): string[] {
  const pairs = (context.req.header("cookie") ?? "").split(";");
  return pairs.flatMap((pair) => {
    const end = pair.indexOf("=");
    return pair.slice(0, Math.max(end, 0)).trim() === name ? [pair.slice(end + 1).trim()] : [];
  });
}

const identifiersIn = (cookie: string): string[] => cookie.split(".").filter((id) => /^[\w-]{43}$/.test(id));

function identifiers(context: Context, name: string): string[] {
  return [...new Set(cookies(context, name).flatMap(identifiersIn))];
}

function writeIdentifiers(context: Context, cookie: string, ids: string[], seconds: number): void {
  const value = ids.slice(0, mostIdentifiers).join(".");
  if (value === "") setCookie(context, cookie, "", 0);
  else setCookie(context, cookie, value, seconds);
}

function setCookie(context: Context, name: string, value: string, maxAge?: number): void {
  const secure = new URL(context.req.url).protocol === "https:" ? "; Secure" : "";
  const life = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
  context.header("set-cookie", `${name}=${value}${life}; Path=/${secure}; HttpOnly; SameSite=Lax`, { append: true });
}
