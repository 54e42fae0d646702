/**
 * `$context`: what access logs, identity sources and parameter mappings may know of a request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html).
 */
import { requestTimeClf } from "../shared/clock-formats.ts";
import type { HttpAnswer, HttpExchange } from "./http-exchange.ts";
import type { HttpApiRefusal } from "./refusal.ts";

/** What is known once the answer is. */
export interface Outcome {
  answer: HttpAnswer;
  refusal: HttpApiRefusal | undefined;
  durationMs: number;
}

type Variable = (exchange: HttpExchange, outcome: Outcome | undefined) => unknown;

const VARIABLES: Readonly<Record<string, Variable>> = {
  accountId: ({ api }) => api.accountId,
  apiId: ({ api }) => api.id,
  "authorizer.error": (_, outcome) => outcome?.refusal?.authorizerError,
  "authorizer.principalId": ({ authorizer }) => authorizer?.principal,
  dataProcessed: (exchange, outcome) => (exchange.body?.length ?? 0) + Buffer.byteLength(outcome?.answer.body ?? ""),
  domainName: ({ headers }) => headers.last("host"),
  domainPrefix: ({ api }) => api.id,
  "error.message": (_, outcome) => outcome?.refusal?.clientMessage,
  "error.messageString": (_, outcome) => outcome?.refusal && JSON.stringify(outcome.refusal.clientMessage),
  extendedRequestId: ({ requestId }) => requestId,
  httpMethod: ({ httpMethod }) => httpMethod,
  "identity.sourceIp": ({ sourceIp }) => sourceIp,
  "identity.userAgent": ({ headers }) => headers.last("user-agent"),
  "integration.error": ({ integrationError }) => integrationError,
  "integration.latency": ({ integrationLatencyMs }) => integrationLatencyMs,
  "integration.status": ({ integrationStatus }) => integrationStatus,
  integrationErrorMessage: ({ integrationError }) => integrationError,
  integrationLatency: ({ integrationLatencyMs }) => integrationLatencyMs,
  integrationStatus: ({ integrationStatus }) => integrationStatus,
  path: ({ requestPath }) => requestPath,
  protocol: () => "HTTP/1.1",
  requestId: ({ requestId }) => requestId,
  requestTime: ({ receivedAt }) => requestTimeClf(receivedAt),
  requestTimeEpoch: ({ receivedAt }) => receivedAt,
  responseLatency: (_, outcome) => outcome && Math.round(outcome.durationMs),
  responseLength: (_, outcome) => outcome && Buffer.byteLength(outcome.answer.body),
  routeKey: ({ route }) => route?.routeKey,
  stage: ({ stage }) => stage?.name,
  status: (_, outcome) => outcome?.answer.status,
};

/**
 * @param name without `$context.`
 * @returns `undefined` for what the request does not have
 */
export function contextValue(name: string, exchange: HttpExchange, outcome?: Outcome): string | undefined {
  const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name]! : undefined;
  const value = variable ? variable(exchange, outcome) : authorizerValue(name, exchange);
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `authorizer.claims.<claim>` of a JWT, `authorizer.<key>` of a Lambda authorizer's context. */
function authorizerValue(name: string, { authorizer }: HttpExchange): unknown {
  if (authorizer?.kind === "jwt") {
    const claim = /^authorizer\.claims\.(.+)$/.exec(name)?.[1];
    return claim === undefined ? undefined : authorizer.claims[claim];
  }
  const key = /^authorizer\.(.+)$/.exec(name)?.[1];
  return key === undefined || authorizer?.kind !== "lambda" ? undefined : authorizer.context?.[key];
}

/** @param format with `$context` variables; those without a value are printed as `-` */
export function accessLogLine(format: string, exchange: HttpExchange, outcome: Outcome): string {
  return format.replace(
    /\$context\.(\w+(?:[.:]\w+)*)/g,
    (_, name: string) => contextValue(name, exchange, outcome) ?? "-",
  );
}
