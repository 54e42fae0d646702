/**
 * `$context`: what templates, access logs and parameter mappings may know of a request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html).
 */
import type { IamCaller } from "../../../permissions/access-key.ts";
import { requestTimeClf } from "../../shared/clock-formats.ts";
import type { GatewayError } from "../gateway-error.ts";
import type { GatewayExchange } from "../gateway-exchange.ts";

export type ContextVariables = Record<string, unknown>;

/** @returns a value, a tree of values, or `undefined` for what the request does not have */
type Variable = (exchange: GatewayExchange, error: GatewayError | undefined) => unknown;

const VARIABLES: Readonly<Record<string, Variable>> = {
  accountId: ({ api }) => api.model.accountId,
  apiId: ({ api }) => api.model.id,
  authorizer: ({ identity }) => {
    if (!identity || identity.kind === "iam") return undefined;
    if (identity.kind === "cognito") return { claims: identity.claims, principalId: identity.principal };
    return { ...identity.context, principalId: identity.principal, integrationLatency: identity.latencyMs };
  },
  deploymentId: ({ stage }) => stage?.deploymentId,
  domainName: ({ headers }) => headers.last("host"),
  domainPrefix: ({ api }) => api.model.id,
  error: (_, error) =>
    error && {
      message: error.clientMessage ?? "",
      messageString: JSON.stringify(error.clientMessage),
      responseType: error.responseType,
      validationErrorString: error.validationErrors,
    },
  extendedRequestId: ({ extendedRequestId }) => extendedRequestId,
  httpMethod: ({ httpMethod }) => httpMethod,
  identity: ({ apiKey, sourceIp, headers, identity }) => ({
    ...(identity?.kind === "iam" && identityOf(identity.caller)),
    apiKey: apiKey?.value,
    apiKeyId: apiKey?.id,
    sourceIp,
    userAgent: headers.last("user-agent"),
  }),
  integration: ({ integrationLatencyMs, integrationStatus }) => ({
    latency: integrationLatencyMs,
    status: integrationStatus,
  }),
  integrationLatency: ({ integrationLatencyMs }) => integrationLatencyMs,
  integrationStatus: ({ integrationStatus }) => integrationStatus,
  path: ({ requestPath }) => requestPath,
  protocol: () => "HTTP/1.1",
  requestId: ({ requestId }) => requestId,
  requestTime: ({ receivedAt }) => requestTimeClf(receivedAt),
  requestTimeEpoch: ({ receivedAt }) => receivedAt,
  resourceId: ({ route }) => route?.resource.id,
  resourcePath: ({ route }) => route?.resource.path,
  stage: ({ stage }) => stage?.name,
  xrayTraceId: ({ traceId }) => traceId,
};

const identityOf = ({ accessKey, accountId, userArn, userId }: IamCaller) => ({
  accountId,
  accessKey,
  caller: userId,
  user: userId,
  userArn,
});

/** All of them. */
export function contextVariables(exchange: GatewayExchange, error?: GatewayError): ContextVariables {
  return Object.fromEntries(Object.entries(VARIABLES).map(([name, variable]) => [name, variable(exchange, error)]));
}

/**
 * @param path e.g. `authorizer.claims.sub`, without `$context.`
 * @returns what reads it of a request: `undefined` for what the request does not have
 */
export function contextReader(path: string): (exchange: GatewayExchange, error?: GatewayError) => string | undefined {
  const [name = "", ...steps] = path.split(".");
  const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
  return (exchange, error) => {
    let value = variable?.(exchange, error);
    for (const step of steps) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as ContextVariables)[step];
    }
    return value === undefined || value === null || typeof value === "object" ? undefined : String(value);
  };
}
