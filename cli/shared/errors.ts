/**
 * Every failure a person can meet, with its stable code for scripts, and the one table from code to exit code.
 * Exit codes follow `demo-auth help exit-codes`; 4 is the number that `gh` uses for "authentication required".
 */

import { type NextStep, stepInWords, type Typing } from "./next-step.ts";

export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  configuration: 3,
  authenticationRequired: 4,
  signInFailed: 5,
  signInAbandoned: 6,
  localResource: 7,
  apiRefused: 8,
  network: 9,
  notExecutable: 126,
  notFound: 127,
} as const;

/** One line per exit code, in order, for the help topic and the documentation. */
export const exitCodeMeanings: readonly [code: number, meaning: string][] = [
  [0, "success"],
  [1, "unexpected error: a bug in demo-auth"],
  [2, "usage error: an unknown command, option or value"],
  [3, "configuration missing or invalid"],
  [4, "authentication required: no session, an expired one, or the API answered 401"],
  [5, "sign-in failed: refused by the identity provider, or a token check failed"],
  [6, "sign-in timed out, or was cancelled in the browser"],
  [7, "local resource: no registered port free, storage unavailable, browser unusable"],
  [8, "the API answered 400 or above, other than 401"],
  [9, "network: name resolution, TLS, connection or timeout"],
  [126, "exec: the program is there and cannot be run"],
  [127, "exec: there is no such program"],
  [130, "interrupted with Ctrl-C (the process ends by the signal itself)"],
];

const exitCodeOf = {
  unexpected: exitCodes.unexpected,
  usage: exitCodes.usage,

  configuration_invalid: exitCodes.configuration,
  configuration_missing: exitCodes.configuration,
  target_ambiguous: exitCodes.configuration,
  target_not_found: exitCodes.configuration,
  program_failed: exitCodes.configuration,
  pulumi_failed: exitCodes.configuration,

  not_signed_in: exitCodes.authenticationRequired,
  session_damaged: exitCodes.authenticationRequired,
  token_expired: exitCodes.authenticationRequired,
  token_missing: exitCodes.authenticationRequired,
  api_unauthorized: exitCodes.authenticationRequired,

  sign_in_refused: exitCodes.signInFailed,
  token_invalid: exitCodes.signInFailed,
  token_exchange_failed: exitCodes.signInFailed,

  sign_in_timeout: exitCodes.signInAbandoned,
  sign_in_cancelled: exitCodes.signInAbandoned,

  address_unavailable: exitCodes.localResource,
  browser_unusable: exitCodes.localResource,
  command_not_runnable: exitCodes.localResource,
  command_not_executable: exitCodes.notExecutable,
  command_not_found: exitCodes.notFound,
  file_unreadable: exitCodes.localResource,
  lock_busy: exitCodes.localResource,
  port_unavailable: exitCodes.localResource,
  storage_unavailable: exitCodes.localResource,
  storage_unsafe: exitCodes.localResource,
  state_unusable: exitCodes.localResource,
  checks_failed: exitCodes.localResource,

  api_refused: exitCodes.apiRefused,

  network_failed: exitCodes.network,
} as const;

export type ErrorCode = keyof typeof exitCodeOf;

/** Every stable code with the exit code it leads to, for the documentation and the tests. */
export const errorCodes: Readonly<Record<ErrorCode, number>> = exitCodeOf;

/** An expected failure: what happened and why in one short paragraph, and what to do next. */
export class CliError extends Error {
  readonly code: ErrorCode;
  /** What to do, each on a line of its own. */
  readonly next: readonly NextStep[];

  /** @param options `next` is empty only where there is nothing to do */
  constructor(code: ErrorCode, message: string, options: { next: NextStep | readonly NextStep[]; cause?: unknown }) {
    // A name or an address in it must not begin a line of its own, which would look like one of ours.
    super(
      message.replaceAll(/\s+/g, (blanks) => (/[\r\n\u2028\u2029]/.test(blanks) ? " " : blanks)),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = "CliError";
    this.code = code;
    this.next = [options.next].flat();
  }

  get exitCode(): number {
    return exitCodeOf[this.code];
  }
}

/** What a failure looks like to a script: the `error` object of `--json`. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  /** What to do, in words, a line each. */
  hint?: string;
  /** The first command among them, as it is typed. */
  next?: { command: string; args: readonly string[] };
  exitCode: number;
}

/**
 * The one place that turns whatever was thrown into a report.
 * An error of another part of the project counts as expected when it carries a known `code` and a `next` step.
 */
export function reportOf(thrown: unknown, typing: Typing): ErrorReport {
  if (thrown instanceof CliError) return report(thrown.code, thrown.message, thrown.next, typing);
  if (thrown instanceof Error) {
    const { code, next } = thrown as Error & { code?: unknown; next?: unknown };
    // Not every code is a text: an AbortError's is a number.
    if (typeof code === "string" && code.startsWith("commander.")) return usageReport(thrown.message, typing);
    if (typeof next === "string" && typeof code === "string") {
      const known = Object.hasOwn(exitCodeOf, code) ? (code as ErrorCode) : "configuration_invalid";
      return report(code === "port_taken" ? "port_unavailable" : known, thrown.message, [next], typing);
    }
  }
  const what = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return report("unexpected", `Something unexpected happened: ${what}`, [bugHint], typing);
}

const bugHint = "This is a bug in demo-auth. Run the command again with --debug and report what it prints";

/** Commander's own message, e.g. "error: unknown option '--forse'\n(Did you mean --force?)". */
function usageReport(message: string, typing: Typing): ErrorReport {
  const [, what = "", guess] = /^(?:error: )?(.*?)(?:\n\((.*)\))?$/s.exec(message.trim()) ?? [];
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  const next = guess ?? ({ say: "How it is used", command: "help", args: typing.command } satisfies NextStep);
  return report("usage", sentence.endsWith(".") ? sentence : `${sentence}.`, [next], typing);
}

function report(code: ErrorCode, message: string, next: readonly NextStep[], typing: Typing): ErrorReport {
  const command = next.find((step) => typeof step !== "string");
  return {
    code,
    message,
    ...(next.length > 0 && { hint: next.map((step) => stepInWords(typing, step)).join("\n") }),
    ...(command && { next: { command: command.command, args: command.args ?? [] } }),
    exitCode: exitCodeOf[code],
  };
}
