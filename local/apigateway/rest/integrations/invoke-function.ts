/**
 * Calls the function behind an integration, with the permission, the payload limit and the time limit that API Gateway
 * has for it (https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html).
 */
import { type InvocationResult, PAYLOAD_LIMIT_BYTES } from "../../../platform.ts";
import { GatewayError } from "../gateway-error.ts";
import type { IntegratedGatewayExchange } from "../gateway-exchange.ts";

/**
 * @param payload JSON text
 * @throws GatewayError `REQUEST_TOO_LARGE` (413), `API_CONFIGURATION_ERROR` (500) when the function may not be or could not be
 *   invoked, `INTEGRATION_TIMEOUT` (504)
 */
export async function invokeFunction(exchange: IntegratedGatewayExchange, payload: string): Promise<InvocationResult> {
  const { api, route } = exchange;
  const { functionArn, timeoutMilliseconds, httpMethod } = route.method.integration;
  if (functionArn === undefined) {
    throw misconfigured(`The integration's uri names no Lambda function: ${route.method.integration.uri ?? "(none)"}.`);
  }
  if (httpMethod !== "POST") {
    throw misconfigured(`The integration's HTTP method is ${httpMethod}; Lambda functions are invoked with POST.`);
  }
  requirePermission(exchange, functionArn);
  if (payload.length * 3 > PAYLOAD_LIMIT_BYTES && Buffer.byteLength(payload) > PAYLOAD_LIMIT_BYTES) {
    throw new GatewayError(
      "REQUEST_TOO_LARGE",
      `The event is larger than the ${PAYLOAD_LIMIT_BYTES} bytes that a Lambda function can be sent.`,
    );
  }

  const startedAt = performance.now();
  try {
    return await withinTime(
      api.services.invoke(functionArn, payload, { traceId: exchange.traceId }),
      timeoutMilliseconds,
    );
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw misconfigured(`The function could not be invoked: ${(error as Error).message}`);
  } finally {
    exchange.integrationLatencyMs = Math.round(performance.now() - startedAt);
  }
}

function withinTime(invocation: Promise<InvocationResult>, milliseconds: number): Promise<InvocationResult> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new GatewayError(
          "INTEGRATION_TIMEOUT",
          `The function did not answer within the integration's ${milliseconds} ms; it goes on until its own timeout.`,
        ),
      );
    }, milliseconds);
    invocation.then(
      (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** `aws.lambda.Permission` for API Gateway, matched against the method's ARN; parameters and `ANY` stand as `*`. */
function requirePermission({ api, route, stage, staged }: IntegratedGatewayExchange, functionArn: string): void {
  if (staged.mayInvoke) return;
  const { executionArn, invokePermissions } = api.model;
  const method = route.method.httpMethod === "ANY" ? "*" : route.method.httpMethod;
  const path = route.resource.path.replace(/\{[^/]+\}/g, "*");
  const source = `${executionArn}/${stage.name}/${method}${path}`;
  const mine = invokePermissions.filter((permission) => permission.functionArn === functionArn);
  if (mine.some(({ sourceArn }) => sourceArn === undefined || matchesArn(sourceArn, source))) {
    staged.mayInvoke = true;
    return;
  }
  const have = mine.map(({ sourceArn }) => sourceArn).join(", ") || "none";
  throw misconfigured(
    `Invalid permissions on Lambda function: API Gateway may not invoke it as ${source}. ` +
      `Its permissions for this API: ${have}. Declare an aws.lambda.Permission with a sourceArn that matches.`,
  );
}

/** An ARN pattern with `*` and `?`, as IAM's `ArnLike` on the parts of an execution ARN. */
function matchesArn(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(arn);
}

function misconfigured(reason: string): GatewayError {
  return new GatewayError("API_CONFIGURATION_ERROR", reason);
}
