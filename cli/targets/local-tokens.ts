/** Tokens that a running local cloud issues to whoever holds this machine, without a sign-in. */
import type { TokenResponse } from "../oauth/token-endpoint.ts";
import { CliError } from "../shared/errors.ts";
import { request } from "../shared/http.ts";
import type { NextStep } from "../shared/next-step.ts";
import { safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import type { Target } from "./target.ts";

export interface WantedTokens {
  /** User name, e-mail address or phone number; the user is made when the pool does not have it. */
  as: string;
  groups?: readonly string[] | undefined;
  scopes?: readonly string[] | undefined;
}

/** @throws CliError `configuration_invalid` in the local cloud's words */
export async function issueLocalTokens(
  world: Pick<World, "exchange">,
  target: Target,
  wanted: WantedTokens,
): Promise<TokenResponse> {
  const url = new URL("/api/tokens", target.console);
  const body = JSON.stringify({ ...wanted, userPoolId: target.issuer.split("/").at(-1), client: target.clientId });
  const headers = { "content-type": "application/json" };
  const answer = await request(world, "the local cloud", url, { method: "POST", headers, body });
  let said: Record<string, unknown> = {};
  try {
    said = Object(JSON.parse(answer.body.toString("utf8")));
  } catch {}
  if (answer.status !== 200) {
    const why = safeText(String(Object(said.error).message ?? `status ${answer.status}`), 400);
    throw new CliError("configuration_invalid", `The local cloud gives ${safeText(wanted.as, 100)} no token: ${why}`, {
      next: instead(why, wanted.as) ?? `Its console shows its users, groups and app clients: ${target.console}`,
    });
  }
  const field = (name: string) => (typeof said[name] === "string" ? (said[name] as string) : undefined);
  return { idToken: field("idToken"), accessToken: field("accessToken"), refreshToken: field("refreshToken") };
}

/** For a name that the pool's people do not have: the same in the form that they have. */
function instead(why: string, as: string): NextStep | undefined {
  const form = /^Username should be (?:either )?an? (email|phone)/.exec(why)?.[1];
  if (form === undefined) return undefined;
  const name = form === "email" ? `${as.replace(/[^\w.+-]/g, "") || "ada"}@example.com` : "+15550100";
  return { say: "Name them as the pool does", command: "token", args: ["--as", name] };
}
