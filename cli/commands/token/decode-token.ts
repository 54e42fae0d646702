/** What a token says, what its times mean here and now, and what an authorizer would make of it. */
import { verifyTokens } from "../../oauth/verify.ts";
import type { TokenUse } from "../../sessions/session.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { duration, safeText } from "../../shared/text.ts";
import type { Target } from "../../targets/target.ts";
import { explain } from "../../wording/explain.ts";
import { pipeInToken } from "./pipe-in.ts";

interface Decoded {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** @throws CliError `usage` when it is not a JWT */
export function decode(token: string): Decoded {
  const [header, claims] = token.split(".").map((part) => {
    try {
      return Object(JSON.parse(Buffer.from(part, "base64url").toString("utf8")));
    } catch {
      return undefined;
    }
  });
  if (!header || !claims) throw usage("What is to be decoded is not a JWT", pipeInToken);
  return { header, claims };
}

/**
 * Shows it; the token itself and its signature are not.
 * @param target whose authorizer is asked, or why there is none
 */
export async function showDecoded(io: CommandContext, token: string, target: Target | CliError): Promise<void> {
  const { out, world } = io;
  const { header, claims } = decode(token);
  const times = timesOf(claims, world.now());
  const verdict = await authorizerVerdict(io, token, claims, target);
  if (out.json) {
    const iso = Object.fromEntries(times.map(({ name, at }) => [name, new Date(at).toISOString()]));
    out.document({ header, claims, times: iso, verdict });
    return;
  }
  const rows = (values: Record<string, unknown>) =>
    Object.entries(values).map(
      ([name, value]) =>
        `${safeText(name, 60).padEnd(22)} ${safeText(typeof value === "string" ? value : JSON.stringify(value), 1000)}\n`,
    );
  out.text(
    [
      "Header\n",
      ...rows(header).map((row) => `  ${row}`),
      "Claims\n",
      ...rows(claims).map((row) => `  ${row}`),
      "Times\n",
      ...times.map(({ name, at, distance }) => `  ${name.padEnd(22)} ${localTime(at)}  (${distance})\n`),
      "Authorizer\n",
      `  ${verdict.words}\n`,
    ].join(""),
  );
}

const timeNames = { auth_time: "signed in", iat: "issued", nbf: "not before", exp: "expires" };

function timesOf(claims: Record<string, unknown>, now: number) {
  return Object.entries(timeNames).flatMap(([claim, name]) => {
    const at = Number(claims[claim]) * 1000;
    if (claims[claim] === undefined || !(Math.abs(at) <= 8.64e15)) return [];
    return [{ name, at, distance: at > now ? `in ${duration(at - now)}` : `${duration(now - at)} ago` }];
  });
}

interface Verdict {
  /** `null` when there is nobody to ask. */
  passes: boolean | null;
  words: string;
}

/** API Gateway's rule: without scopes the ID token of the pool, with scopes an access token that holds one of them. */
async function authorizerVerdict(
  { world }: CommandContext,
  token: string,
  claims: Record<string, unknown>,
  target: Target | CliError,
): Promise<Verdict> {
  if (target instanceof CliError) return { passes: null, words: `is not asked. ${target.message}` };
  const use: TokenUse = claims.token_use === "access" ? "access" : "id";
  const received = { idToken: use === "id" ? token : undefined, accessToken: use === "access" ? token : undefined };
  try {
    await verifyTokens(world, { issuer: target.issuer, clientId: target.clientId, nonce: undefined }, received);
  } catch (error) {
    const known = explain(error);
    if (!(known instanceof CliError)) throw error;
    return { passes: false, words: `refuses it: ${known.message}` };
  }
  if (use === "id")
    return { passes: true, words: "lets it pass on methods without scopes, and refuses it on those with scopes" };
  const scopes = String(claims.scope ?? "")
    .split(" ")
    .filter(Boolean);
  return {
    passes: true,
    words: `lets it pass on methods with a scope of: ${safeText(scopes.join(" "), 500)}, and refuses it on those without`,
  };
}

/** Date, time and zone of this machine, as `2026-11-26 07:55:06 UTC`. */
function localTime(at: number): string {
  const two = "2-digit" as const;
  const format = {
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
    timeZoneName: "short",
  } as const;
  return new Intl.DateTimeFormat("sv-SE", format).format(at);
}
