/**
 * `$context`: what templates, access logs and parameter mappings may know of a request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html).
 */
import { requestTimeClf } from "../clock-formats.ts";
import type { Exchange } from "../exchange.ts";
import type { GatewayError } from "../gateway-error.ts";

export type ContextVariables = Record<string, unknown>;

/** A tree; absent values are left out. */
export function contextVariables(exchange: Exchange, error?: GatewayError): ContextVariables {
  const { api, route, stage, identity, apiKey } = exchange;
  return {
    accountId: api.definition.accountId,
    apiId: api.definition.id,
    authorizer: identity && { claims: identity.claims, principalId: identity.principal },
    deploymentId: stage?.deploymentId,
    domainName: exchange.headers.last("host"),
    domainPrefix: api.definition.id,
    error: error && {
      message: error.clientMessage ?? "",
      messageString: JSON.stringify(error.clientMessage),
      responseType: error.responseType,
      validationErrorString: error.validationErrors,
    },
    extendedRequestId: exchange.extendedRequestId,
    httpMethod: exchange.httpMethod,
    identity: {
      apiKey: apiKey?.value,
      apiKeyId: apiKey?.id,
      sourceIp: exchange.sourceIp,
      userAgent: exchange.headers.last("user-agent"),
    },
    integration: { latency: exchange.integrationLatencyMs, status: exchange.integrationStatus },
    integrationLatency: exchange.integrationLatencyMs,
    integrationStatus: exchange.integrationStatus,
    path: exchange.requestPath,
    protocol: "HTTP/1.1",
    requestId: exchange.requestId,
    requestTime: requestTimeClf(exchange.receivedAt),
    requestTimeEpoch: exchange.receivedAt,
    resourceId: route?.resource.id,
    resourcePath: route?.resource.path,
    stage: stage?.name,
    xrayTraceId: exchange.traceId,
  };
}

/**
 * @param path e.g. `authorizer.claims.sub`, without `$context.`
 * @returns `undefined` for what the request does not have
 */
export function contextValue(variables: ContextVariables, path: string): string | undefined {
  let value: unknown = variables;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as ContextVariables)[step];
  }
  return value === undefined || value === null || typeof value === "object" ? undefined : String(value);
}
