/** What the protocol refused, in words. */
import type { OAuthRefusal, OAuthRefused, TokenRefusal } from "../oauth/refusals.ts";
import { CliError } from "../shared/errors.ts";
import type { NextStep } from "../shared/next-step.ts";
import { duration, safeText } from "../shared/text.ts";

type Words = [message: string, next: NextStep | readonly NextStep[]];

const again: NextStep = { say: "Try again", command: "login" };

export function explainOAuth(refused: OAuthRefused): CliError {
  const [message, next] = words(refused.refusal);
  return new CliError(refused.code, message, { next, cause: refused });
}

function words(refusal: OAuthRefusal): Words {
  switch (refusal.kind) {
    case "authorization":
      return authorizationWords(refusal);
    case "other-flow":
      return [
        "The identity provider answered for another flow than was asked for.",
        { command: "login", args: ["--flow", otherFlow(refusal.flow)] },
      ];
    case "timeout": {
      const heard = refusal.claimed
        ? ` Meanwhile an error arrived that nothing vouches for: ${safeText(refusal.claimed, 200)}.`
        : "";
      return [
        `Nobody finished signing in within ${duration(refusal.afterMs)}.${heard}`,
        [again, `If the page said redirect_mismatch, register ${refusal.redirectUri} on the app client`],
      ];
    }
    case "token-request":
      return tokenRequestWords(refusal);
    case "token":
      return tokenWords(refusal);
    case "ports-taken": {
      const ports = [...new Set(refusal.ports.map(({ port, why }) => `${port} (${why})`))].join(", ");
      return [
        `None of the ports that the app client is registered for is free: ${ports}.`,
        "Stop what listens there, or register another http://127.0.0.1:<port>/… callback URL on the app client",
      ];
    }
    case "no-domain":
      return [
        "The user pool has no domain, so it has no sign-in pages.",
        [
          "Give it one (a user pool domain)",
          { say: "Or sign in with a password", command: "login", args: ["--username", "NAME"] },
          { say: "Or, at a local cloud, without any", command: "login", args: ["--as", "NAME"] },
        ],
      ];
    case "foreign-hosted-ui":
      return [
        `${refusal.configured} is not where this user pool signs people in; its issuer says ${refusal.discovered}.`,
        [
          { say: "Leave hostedUiUrl out, or find out who set it", command: "config" },
          `The issuer is ${refusal.issuer}`,
        ],
      ];
    case "challenge":
      if (refusal.challenge === "SELECT_CHALLENGE")
        return [
          "The user has no password at this user pool, which offers other ways to sign in.",
          { say: "Sign in through its pages", command: "login" },
        ];
      return [
        `The user pool asks for ${safeText(refusal.challenge, 100)}, which cannot be answered here.`,
        { say: "Sign in through its pages", command: "login" },
      ];
    case "user-pool":
      if (/USER_SRP_AUTH|Auth flow not enabled/i.test(refusal.message))
        return [
          "The app client does not allow signing in with a password (ALLOW_USER_SRP_AUTH or ALLOW_USER_AUTH).",
          { say: "Allow it in the client's explicitAuthFlows, or sign in through its pages", command: "login" },
        ];
      return [
        `The user pool refused the sign-in: ${safeText(`${refusal.type} (${refusal.message})`, 300)}.`,
        { say: "Try again", command: "login" },
      ];
  }
}

function authorizationWords(refusal: OAuthRefusal & { kind: "authorization" }): Words {
  const { error, description } = refusal;
  const what = safeText(description && description !== error ? `${error} (${description})` : error, 200);
  if (refusal.code === "sign_in_cancelled") return [`The sign-in was cancelled in the browser: ${what}.`, again];
  const other = otherFlow(refusal.flow);
  const next: NextStep = /unauthorized_client/.test(what)
    ? {
        say: `The app client does not allow the ${refusal.flow} flow; try the other`,
        command: "login",
        args: ["--flow", other],
      }
    : /invalid_scope/.test(what)
      ? `The app client does not allow one of: ${refusal.scopes.join(" ")}. Set "scopes" to what it allows`
      : /login_required/.test(what)
        ? "There is no session in the browser to reuse; leave out --prompt none"
        : again;
  return [`The identity provider refused the sign-in: ${what}.`, next];
}

function tokenRequestWords({ error, grant }: OAuthRefusal & { kind: "token-request" }): Words {
  const asked = { refresh_token: "refresh", authorization_code: "code", client_credentials: "client's credentials" };
  const message = `The token endpoint refused the ${asked[grant]}: ${safeText(error, 60)}.`;
  if (error === "invalid_client" && grant === "client_credentials")
    return [message, "Check the app client's id and its secret"];
  if (error === "invalid_client")
    return [message, "The app client has a secret or is unknown; demo-auth needs a public client"];
  if (error === "unauthorized_client" && grant === "client_credentials")
    return [message, "The app client does not allow client_credentials"];
  if (error === "unauthorized_client")
    return [
      message,
      { say: "The app client does not allow this flow; try the other", command: "login", args: ["--flow", "implicit"] },
    ];
  return [message, { say: "Sign in again", command: "login", args: ["--force"] }];
}

const clock: NextStep = { say: "Is this machine's clock right?", command: "doctor" };
const nothingStored: NextStep = { say: "Nothing was stored. Sign in again", command: "login", args: ["--force"] };

function tokenWords({ why, token, behindSeconds }: OAuthRefusal & { kind: "token" }): Words {
  const name = token === "access" ? "access token" : "ID token";
  const messages: Record<TokenRefusal, string> = {
    missing: "The identity provider's answer carried no token.",
    malformed: `The ${name} is not a usable JWT of a user pool.`,
    algorithm: `The ${name} is not signed with RS256, as Cognito's are.`,
    "unknown-key": `The ${name} is signed with a key that the user pool does not have.`,
    "unusable-keys": "The user pool's key set is not a JSON Web Key Set.",
    signature: `The ${name}'s signature is wrong.`,
    issuer: `The ${name} was issued by another user pool.`,
    audience: `The ${name} was issued to another app client.`,
    "token-use": `The ${name} says that it is something else (token_use).`,
    expired: `The ${name} had already expired when it arrived.`,
    "not-yet-valid":
      behindSeconds === undefined
        ? `The ${name} is not valid yet.`
        : `The ${name} was issued in the future: this machine's clock is ${behindSeconds} s behind.`,
    nonce: "The ID token was not issued for this sign-in (its nonce is another's).",
    "at-hash": "The access token is not the one that the ID token vouches for (at_hash).",
    subject: "The ID token and the access token belong to different users.",
  };
  const next: Partial<Record<TokenRefusal, NextStep>> = {
    "unusable-keys": { command: "doctor" },
    expired: clock,
    "not-yet-valid": behindSeconds === undefined ? clock : { say: "Set the clock, then", command: "login" },
  };
  return [messages[why], next[why] ?? nothingStored];
}

function otherFlow(flow: "implicit" | "code"): "implicit" | "code" {
  return flow === "code" ? "implicit" : "code";
}
