/** A sign-in at an external provider that came to nothing, as the application is told in its callback address. */
export class ProviderFailure extends Error {
  /** The OAuth error code. */
  readonly error: string;
  /** For the request log: what was wrong, in more words than the application gets. */
  readonly reason: string;

  /** @param description what the application reads as `error_description` */
  constructor(description: string, reason: string, error = "invalid_request") {
    super(description);
    this.name = "ProviderFailure";
    this.error = error;
    this.reason = reason;
  }
}
