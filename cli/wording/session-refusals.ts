/** Sessions that cannot be used, in words. */
import { dirname } from "node:path";
import type { SessionRefusal, SessionRefused } from "../sessions/refusals.ts";
import type { SignInMethod } from "../sessions/session.ts";
import { CliError } from "../shared/errors.ts";
import type { NextStep } from "../shared/next-step.ts";
import { duration } from "../shared/text.ts";
import { explainOAuth } from "./oauth-refusals.ts";

export function explainSession(refused: SessionRefused): CliError {
  const [message, next] = words(refused.refusal);
  return new CliError(refused.code, message, { next, cause: refused });
}

/** How to sign in the way that it was done. @param args for `login` besides */
export function signInAgain(flow: SignInMethod, args: string[] = []): NextStep {
  if (flow === "client_credentials")
    return { say: "Pipe in the client's secret", command: "login", args: ["--client-credentials", ...args] };
  if (flow === "token") return { say: "Pipe in a new token", command: "login", args: ["--with-token", ...args] };
  return { command: "login", ...(args.length > 0 && { args }) };
}

function words(refusal: SessionRefusal): [message: string, next: NextStep] {
  switch (refusal.kind) {
    case "none":
      return ["You are not signed in to this target.", { command: "login" }];
    case "damaged": {
      const why = {
        elsewhere: "it belongs elsewhere",
        shape: "its content is not a session",
        json: "it is not JSON",
        version: "another version of demo-auth wrote it",
        "storage-kind": "its storage kind is unknown",
        "key-gone": `${refusal.keyring ?? "the keyring"} no longer has its key`,
        seal: "it does not open with the keyring's key",
      }[refusal.why];
      return [`The session in ${refusal.path} cannot be used: ${why}.`, { say: "Sign in again", command: "login" }];
    }
    case "token-missing":
      return [
        `The sign-in brought no ${refusal.use === "id" ? "ID" : "access"} token.`,
        {
          say: `Sign in again${refusal.use === "id" ? " with the openid scope" : ""}`,
          command: "login",
          args: ["--force"],
        },
      ];
    case "token-expired": {
      const { leftMs, flow } = refusal;
      const when =
        leftMs <= 0 ? `expired ${duration(-leftMs)} ago` : `expires in ${duration(leftMs)}, sooner than asked for`;
      return [`Your sign-in ${when}.`, signInAgain(flow, leftMs > 0 ? ["--force"] : [])];
    }
    case "given-token":
      return [
        `DEMO_AUTH_TOKEN cannot be used. ${explainOAuth(refusal.why).message}`,
        "Set it to a valid token of this target, or use the stored sign-in: unset DEMO_AUTH_TOKEN",
      ];
    case "client-secret-gone":
      return [
        `The app client's secret is no longer in ${refusal.keyring}.`,
        { say: "Pipe it in", command: "login", args: ["--client-credentials", "--storage", "keyring"] },
      ];
    case "refresh-ended":
      return ["Your sign-in has ended: its refresh token is expired, revoked or already used.", { command: "login" }];
    case "foreign-pages":
      return [
        `This session was made through ${refusal.hostedUi}, which is not its user pool's (that has ${refusal.pages}). Its refresh token is not sent there again; consider that sign-in known to whoever runs it.`,
        { say: "Sign in again", command: "login", args: ["--force"] },
      ];
    case "ended-meanwhile":
      return ["The session was ended while it was being renewed.", { command: "login" }];
    case "other-user":
      return [
        "The refreshed tokens belong to another user.",
        { say: "Sign in again", command: "login", args: ["--force"] },
      ];
    case "lock-busy":
      return [
        `Another demo-auth has been refreshing this session for ${refusal.waitedMs / 1000} s.`,
        `Try again. If none is running: rm '${refusal.file}'`,
      ];
    case "lock-unavailable":
      return [
        `Could not lock ${refusal.file}: ${refusal.why}.`,
        `Make the folder writable: chmod u+rwx '${dirname(refusal.file)}'`,
      ];
  }
}
