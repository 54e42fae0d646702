/** Why the test kit could not do what a test asked for. */
export class CloudError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  /** What to do about it; empty when the message says it. */
  readonly next: string;

  constructor(code: string, message: string, next = "") {
    super(next === "" ? message : `${message} ${next}`);
    this.name = "CloudError";
    this.code = code;
    this.next = next;
  }
}
