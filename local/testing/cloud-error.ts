/** Why the test kit could not do what a test asked for. */
export class CloudError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  /** What happened, without what to do about it. */
  readonly what: string;
  /** What to do about it; empty when the message says it. */
  readonly next: string;

  constructor(code: string, what: string, next = "") {
    super(next === "" ? what : `${what}${what.includes("\n") ? "\n" : " "}${next}`);
    this.name = "CloudError";
    this.code = code;
    this.what = what;
    this.next = next;
  }
}

/** An error as it passes from one process to another. */
export type Failure = Pick<CloudError, "code" | "what" | "next"> & { name: string };

/** @returns of whatever was thrown, with the fix in the words of a test rather than of the command line */
export function failureOf(error: unknown): Failure {
  const { name, message, code, type, next = "" } = error as Error & { code?: unknown; type?: unknown; next?: string };
  const known = [code, type].find((value) => typeof value === "string") as string | undefined;
  const what = error instanceof CloudError ? error.what : message.trimEnd();
  return { name, code: known ?? "failed", what, next: inATest(known, next) };
}

function inATest(code: string | undefined, next: string): string {
  if (code === "project_missing") return 'Name the folder of a Pulumi project: startCloud({ project: "…" }).';
  if (code === "port_taken") return "Stop what listens there, or leave `port` out, so that free ones are taken.";
  return next.replace("with --stack: ", "as `stack`: ");
}
