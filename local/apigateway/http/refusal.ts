/**
 * What an HTTP API answers by itself: a status and `{"message":"…"}`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting.html).
 */

const MESSAGES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  413: "Request Entity Too Large",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

export class HttpApiRefusal extends Error {
  readonly status: keyof typeof MESSAGES;
  readonly clientMessage: string;
  /** `WWW-Authenticate`, of a refused token. */
  readonly challenge: string | undefined;
  /** `$context.authorizer.error`: what an authorizer says in an access log. */
  readonly authorizerError: string | undefined;

  /** @param reason for a person, in the request log */
  constructor(
    status: keyof typeof MESSAGES,
    reason: string,
    { challenge, authorizerError }: { challenge?: string; authorizerError?: string } = {},
  ) {
    super(reason);
    this.name = "HttpApiRefusal";
    this.status = status;
    this.clientMessage = MESSAGES[status];
    this.challenge = challenge;
    this.authorizerError = authorizerError;
  }
}
