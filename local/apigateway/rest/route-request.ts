/**
 * Finds stage, resource and method of a request; what matches nothing gets the refusals that API Gateway has for it
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html).
 */
import { incompleteSignature, MISMATCH, type SignatureComplaint } from "../../permissions/signature-refusal.ts";
import type { CompiledApi } from "./compiled-api.ts";
import { GatewayError } from "./gateway-error.ts";
import type { GatewayExchange, RoutedGatewayExchange } from "./gateway-exchange.ts";

/** @throws GatewayError `MISSING_AUTHENTICATION_TOKEN` or `INVALID_SIGNATURE`, both 403: there is no 404 and no 405 */
export function routeRequest(api: CompiledApi, exchange: GatewayExchange): asserts exchange is RoutedGatewayExchange {
  const { stageName, httpMethod, path } = exchange;
  const stage = stageName === undefined ? undefined : api.stages.get(stageName);
  if (!stage) {
    const stages = [...api.stages.keys()].map((name) => `/${name}`).join(", ") || "none is deployed";
    throw new GatewayError("INVALID_API_KEY", `The path begins with no stage of this API. Its stages: ${stages}.`);
  }
  exchange.stage = stage;
  if (api.model.disableExecuteApiEndpoint) {
    throw new GatewayError("INVALID_API_KEY", "The API's default endpoint is disabled (disableExecuteApiEndpoint).");
  }

  const match = api.router.match(httpMethod, path);
  if (!match) throw noSuchMethod(api, exchange);
  exchange.route = match.route;
  exchange.staged = api.stagedMethods.get(stage, match.route, exchange.receivedAt);
  exchange.pathParameters = match.pathParameters;
}

function noSuchMethod(api: CompiledApi, { httpMethod, path, headers }: GatewayExchange): GatewayError {
  const others = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"].filter(
    (method) => api.router.match(method, path) !== undefined,
  );
  const reason =
    others.length > 0
      ? `${path} has no method ${httpMethod} (it has ${others.join(", ")}), which API Gateway does not tell from a missing authentication token.`
      : `No resource matches ${path}, which API Gateway does not tell from a missing authentication token.`;
  const authorization = headers.last("authorization");
  if (authorization === undefined) return new GatewayError("MISSING_AUTHENTICATION_TOKEN", reason);
  return new GatewayError(
    "INVALID_SIGNATURE",
    `${reason} The request has an Authorization header, so it is taken for an AWS signature.`,
    signatureComplaint(authorization, headers.last("x-amz-date") ?? headers.last("date")),
  );
}

/** The request found no method, so its `Authorization` can only be a Signature Version 4, which is checked part by part. */
const signatureComplaint = (authorization: string, date: string | undefined): SignatureComplaint =>
  incompleteSignature(authorization, date) ?? MISMATCH;
