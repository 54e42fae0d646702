/**
 * Calls the function behind an integration, with the permission, the payload limit and the time limit that API Gateway
 * has for it (https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html).
 */

import { noFunctionIn } from "../../../integration-target.ts";
import { mayInvoke } from "../../../permissions/function-permission.ts";
import { EVENT_LIMIT_BYTES, type InvocationResult, PAYLOAD_LIMIT_BYTES } from "../../../platform.ts";
import { answeredWithin } from "../../shared/answered-within.ts";
import { GatewayError } from "../gateway-error.ts";
import type { IntegratedGatewayExchange } from "../gateway-exchange.ts";

/**
 * @param payload JSON text
 * @throws GatewayError `REQUEST_TOO_LARGE` (413), `API_CONFIGURATION_ERROR` (500) when the function may not be or could not be
 *   invoked, `INTEGRATION_TIMEOUT` (504)
 */
export async function invokeFunction(exchange: IntegratedGatewayExchange, payload: string): Promise<InvocationResult> {
  const { api, route } = exchange;
  const { timeoutMilliseconds } = route.method.integration;
  const functionArn = invocable(exchange, payload, PAYLOAD_LIMIT_BYTES);
  const startedAt = performance.now();
  traceRequest(exchange, payload);
  try {
    const result = await answeredWithin(
      api.services.invoke(functionArn, payload, { traceId: exchange.traceId }),
      timeoutMilliseconds,
      lateAfter(timeoutMilliseconds),
    );
    traceResponse(exchange, result, Math.round(performance.now() - startedAt));
    return result;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw misconfigured(`The function could not be invoked: ${(error as Error).message}`);
  } finally {
    exchange.integrationLatencyMs = Math.round(performance.now() - startedAt);
  }
}

/**
 * Invokes the function without waiting for it (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html).
 * @param payload JSON text
 * @throws GatewayError as `invokeFunction`
 */
export function queueFunction(exchange: IntegratedGatewayExchange, payload: string): void {
  const { queueEvent, platform } = exchange.api.services;
  const functionArn = invocable(exchange, payload, EVENT_LIMIT_BYTES);
  if (!queueEvent) throw misconfigured("Functions are not invoked asynchronously here.");
  traceRequest(exchange, payload);
  try {
    queueEvent(functionArn, payload, { requestId: platform.randomUUID(), traceId: exchange.traceId });
  } catch (error) {
    throw misconfigured(`The function could not be invoked: ${(error as Error).message}`);
  }
}

/** @returns the function that may be sent this event */
function invocable(exchange: IntegratedGatewayExchange, payload: string, limitBytes: number): string {
  const { route, staged } = exchange;
  const { httpMethod, credentials } = route.method.integration;
  const { functionArn } = staged;
  if (functionArn === undefined) throw misconfigured(noFunctionIn(staged.uri));
  if (httpMethod !== "POST") {
    throw misconfigured(`The integration's HTTP method is ${httpMethod}; Lambda functions are invoked with POST.`);
  }
  // With a role of its own the integration does not call as API Gateway.
  if (credentials === undefined) requirePermission(exchange, functionArn);
  if (payload.length * 3 > limitBytes && Buffer.byteLength(payload) > limitBytes) {
    throw new GatewayError(
      "REQUEST_TOO_LARGE",
      `The event is larger than the ${limitBytes} bytes that a Lambda function can be sent.`,
    );
  }
  return functionArn;
}

/** The lines of the execution log, which a test invocation shows. */
function traceRequest({ trace, api, staged, requestId, traceId }: IntegratedGatewayExchange, payload: string): void {
  if (!trace) return;
  const { id, region } = api.model;
  const uri = `https://lambda.${region}.amazonaws.com/2015-03-31/functions/${staged.functionArn}/invocations`;
  const headers =
    `x-amzn-lambda-integration-tag=${requestId}, x-amzn-apigateway-api-id=${id}, Accept=application/json, ` +
    `User-Agent=AmazonAPIGateway_${id}, X-Amzn-Trace-Id=${traceId}, Content-Type=application/json`;
  trace(`Endpoint request URI: ${uri}`);
  trace(`Endpoint request headers: {${headers}}`);
  trace(`Endpoint request body after transformations: ${payload}`);
  trace(`Sending request to ${uri}`);
}

function traceResponse(
  { trace, requestId, traceId }: IntegratedGatewayExchange,
  { payload, functionError }: InvocationResult,
  milliseconds: number,
): void {
  if (!trace) return;
  const failed = functionError === undefined ? "" : `X-Amz-Function-Error=${functionError}, `;
  const length = Buffer.byteLength(payload);
  trace(`Received response. Status: 200, Integration latency: ${milliseconds} ms`);
  trace(
    `Endpoint response headers: {Content-Type=application/json, Content-Length=${length}, x-amzn-RequestId=${requestId}, ` +
      `${failed}X-Amz-Executed-Version=$LATEST, X-Amzn-Trace-Id=${traceId}}`,
  );
  trace(`Endpoint response body before transformations: ${payload}`);
}

const lateAfter = (milliseconds: number) => () =>
  new GatewayError(
    "INTEGRATION_TIMEOUT",
    `The function did not answer within the integration's ${milliseconds} ms; it goes on until its own timeout.`,
  );

/** `aws.lambda.Permission` for API Gateway, matched against the method's ARN: `ANY` stands as `*`, `{id}` as it is written. */
function requirePermission({ api, route, stage, staged }: IntegratedGatewayExchange, functionArn: string): void {
  if (staged.mayInvoke) return;
  const { executionArn, invokePermissions } = api.model;
  const method = route.method.httpMethod === "ANY" ? "*" : route.method.httpMethod;
  const source = `${executionArn}/${stage.name}/${method}${route.resource.path}`;
  if (mayInvoke(invokePermissions, "apigateway", functionArn, [source])) {
    staged.mayInvoke = true;
    return;
  }
  const mine = invokePermissions.filter((permission) => permission.functionArn === functionArn);
  const have = mine.map(({ sourceArn }) => sourceArn).join(", ") || "none";
  throw misconfigured(
    `Invalid permissions on Lambda function: API Gateway may not invoke it as ${source}. ` +
      `Its permissions for this API: ${have}. Declare an aws.lambda.Permission with a sourceArn that matches.`,
  );
}

function misconfigured(reason: string): GatewayError {
  return new GatewayError("API_CONFIGURATION_ERROR", reason);
}
