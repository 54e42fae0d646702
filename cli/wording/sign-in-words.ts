/** What a sign-in says on its way: in the browser's page and at the terminal where addresses are pasted. */
import type { SignInWatcher } from "../oauth/browser-sign-in.ts";
import type { PageWords } from "../oauth/callback-page.ts";
import { displayName } from "../sessions/session.ts";
import { CliError } from "../shared/errors.ts";
import { safeText } from "../shared/text.ts";
import { explain } from "./explain.ts";

/** @param invocation how this person types our commands */
export function pageWords(invocation: string): PageWords {
  return {
    product: "demo-auth",
    again: `Run ${invocation} login again.`,
    paste: `Without it, copy the whole address from the address bar and paste it into the terminal where ${invocation} login --paste is waiting.`,
  };
}

export const pasteRefusals = {
  "another-sign-in": "That address belongs to another sign-in; paste the one that this sign-in ended at.",
  "not-an-answer": "That is not the address that the sign-in ended at; paste all of it, from http:// to the end.",
};

export const verdictInWords: SignInWatcher["verdict"] = (outcome) => {
  if (outcome.ok) {
    const name = safeText(displayName(outcome.signedIn.verified.user), 100);
    return {
      ok: true,
      title: "You are signed in",
      detail: `As ${name}. You can close this tab and go back to the terminal.`,
    };
  }
  const known = explain(outcome.error);
  const detail = known instanceof CliError ? known.message : "Something unexpected happened; the terminal says more.";
  return { ok: false, title: "The sign-in failed", detail };
};
