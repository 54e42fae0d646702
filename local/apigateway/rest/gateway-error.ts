/**
 * What API Gateway itself answers instead of an integration, by response type
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html).
 */

interface Defaults {
  status: number;
  /** `$context.error.message`; `null` where AWS has none */
  message: string | null;
  /** `x-amzn-ErrorType` */
  errorType: string;
}

const RESPONSE_TYPES = {
  ACCESS_DENIED: { status: 403, message: "Access Denied", errorType: "AccessDeniedException" },
  API_CONFIGURATION_ERROR: {
    status: 500,
    message: "Internal server error",
    errorType: "InternalServerErrorException",
  },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, message: null, errorType: "AuthorizerConfigurationException" },
  AUTHORIZER_FAILURE: { status: 500, message: null, errorType: "AuthorizerFailureException" },
  BAD_REQUEST_BODY: { status: 400, message: "Invalid request body", errorType: "BadRequestException" },
  BAD_REQUEST_PARAMETERS: { status: 400, message: "Bad Request", errorType: "BadRequestException" },
  EXPIRED_TOKEN: {
    status: 403,
    message: "The security token included in the request is expired",
    errorType: "ExpiredTokenException",
  },
  INTEGRATION_FAILURE: { status: 504, message: "Internal server error", errorType: "InternalServerErrorException" },
  INTEGRATION_TIMEOUT: {
    status: 504,
    message: "Endpoint request timed out",
    errorType: "InternalServerErrorException",
  },
  INVALID_API_KEY: { status: 403, message: "Forbidden", errorType: "ForbiddenException" },
  INVALID_SIGNATURE: { status: 403, message: "Forbidden", errorType: "InvalidSignatureException" },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    message: "Missing Authentication Token",
    errorType: "MissingAuthenticationTokenException",
  },
  QUOTA_EXCEEDED: { status: 429, message: "Limit Exceeded", errorType: "LimitExceededException" },
  REQUEST_TOO_LARGE: { status: 413, message: "Request Too Long", errorType: "RequestTooLargeException" },
  RESOURCE_NOT_FOUND: { status: 404, message: "Not Found", errorType: "NotFoundException" },
  THROTTLED: { status: 429, message: "Too Many Requests", errorType: "TooManyRequestsException" },
  UNAUTHORIZED: { status: 401, message: "Unauthorized", errorType: "UnauthorizedException" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: "Unsupported Media Type", errorType: "BadRequestException" },
  WAF_FILTERED: { status: 403, message: "Forbidden", errorType: "ForbiddenException" },
} as const satisfies Record<string, Defaults>;

export type GatewayResponseType = keyof typeof RESPONSE_TYPES;

export interface GatewayErrorOptions {
  /** `$context.error.message`, when it is not the type's own */
  message?: string;
  /** The status at run time, when it is not the type's nominal one */
  status?: number;
  errorType?: string;
  /** `$context.error.validationErrorString` */
  validationErrors?: string;
}

/**
 * A request that ends in a gateway response. The client learns `message` only; `reason` tells a person which check
 * failed, what was expected, what was found and what to do.
 */
export class GatewayError extends Error {
  readonly responseType: GatewayResponseType;
  readonly status: number;
  /** `$context.error.message` */
  readonly clientMessage: string | null;
  readonly errorType: string;
  readonly reason: string;
  readonly validationErrors: string | undefined;

  constructor(responseType: GatewayResponseType, reason: string, options: GatewayErrorOptions = {}) {
    // A refusal is an answer, not a fault: nobody reads its stack, and to capture one would cost more than the rest of it.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = stackTraceLimit;
    const defaults = RESPONSE_TYPES[responseType];
    this.name = "GatewayError";
    this.responseType = responseType;
    this.status = options.status ?? defaults.status;
    this.clientMessage = options.message ?? defaults.message;
    this.errorType = options.errorType ?? defaults.errorType;
    this.reason = reason;
    this.validationErrors = options.validationErrors;
  }
}
