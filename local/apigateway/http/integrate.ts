/**
 * Hands a request to its integration: a Lambda function, or an HTTP service on this machine
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html).
 */
import { noFunctionIn } from "../../integration-target.ts";
import type { FunctionPermissionModel } from "../../model.ts";
import { mayInvoke } from "../../permissions/function-permission.ts";
import { PAYLOAD_LIMIT_BYTES } from "../../platform.ts";
import { answeredWithin } from "../shared/answered-within.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { functionReply } from "./function-reply.ts";
import type { HttpAnswer, IntegratedHttpExchange } from "./http-exchange.ts";
import { httpProxy } from "./http-proxy.ts";
import { mapResponse } from "./parameter-mapping.ts";
import { proxyEvent, resourceOf } from "./proxy-event.ts";
import { HttpApiRefusal } from "./refusal.ts";
import { withStageVariables } from "./stage-variables.ts";

/** Of the API, what an invocation takes. */
interface Invoking {
  services: ApiServices;
  permissions: readonly FunctionPermissionModel[];
  /** By stage and route key, the functions that were found permitted. */
  functions: Map<string, string>;
}

/** @throws HttpApiRefusal 500 or 503 */
export async function integrate(exchange: IntegratedHttpExchange, api: Invoking): Promise<HttpAnswer> {
  const { integration } = exchange;
  if (integration.subtype !== undefined) {
    throw new HttpApiRefusal(500, `The integration calls ${integration.subtype}, which does not run here.`);
  }
  if (integration.isPrivate)
    throw new HttpApiRefusal(503, "The integration goes through a VPC link, which does not run here.");
  const startedAt = performance.now();
  try {
    const answer = integration.type === "HTTP_PROXY" ? await httpProxy(exchange) : await callFunction(exchange, api);
    return mapResponse(exchange, answer);
  } catch (error) {
    if (error instanceof HttpApiRefusal) exchange.integrationError = error.message;
    throw error;
  } finally {
    exchange.integrationLatencyMs = Math.round(performance.now() - startedAt);
  }
}

/** The function in an integration's URI: an ARN by itself, or inside of an invocation's path. */
function functionIn(uri: string | undefined): string | undefined {
  return /(arn:[^:]+:lambda:[^:]+:\d+:function:[^/]+)(?:\/invocations)?$/.exec(uri ?? "")?.[1];
}

async function callFunction(exchange: IntegratedHttpExchange, api: Invoking): Promise<HttpAnswer> {
  const { integration, stage, route } = exchange;
  const key = `${stage.name} ${route.routeKey}`;
  let functionArn = api.functions.get(key);
  if (functionArn === undefined) {
    functionArn = permittedFunction(exchange, api.permissions);
    api.functions.set(key, functionArn);
  }
  const event = proxyEvent(exchange, integration.payloadFormatVersion);
  if (Buffer.byteLength(event) > PAYLOAD_LIMIT_BYTES) {
    throw new HttpApiRefusal(
      413,
      `The event is larger than the ${PAYLOAD_LIMIT_BYTES} bytes that a Lambda function can be sent.`,
    );
  }
  const result = await answeredWithin(
    api.services.invoke(functionArn, event, { traceId: exchange.traceId }).catch((error: Error) => {
      const status = error.name === "TooManyRequestsException" ? 503 : 500;
      throw new HttpApiRefusal(status, `The function could not be invoked: ${error.message}`);
    }),
    integration.timeoutMilliseconds,
    () => new HttpApiRefusal(503, `The integration did not answer within its ${integration.timeoutMilliseconds} ms.`),
  );
  if (result.functionError) throw new HttpApiRefusal(500, result.reason ?? "The function failed.");
  exchange.integrationStatus = 200;
  return functionReply(result.payload, integration.payloadFormatVersion);
}

/** @throws HttpApiRefusal 500 when the integration names no function, or one that the route may not invoke */
function permittedFunction(exchange: IntegratedHttpExchange, permissions: readonly FunctionPermissionModel[]): string {
  const uri = withStageVariables(exchange.integration.uri ?? "", exchange.stage.variables);
  const functionArn = functionIn(uri);
  if (functionArn === undefined) throw new HttpApiRefusal(500, noFunctionIn(uri));
  requirePermission(exchange, functionArn, permissions);
  return functionArn;
}

/** The route stands in the source as its key is written; `ANY`, and variables of the path, may also stand as `*`. */
function requirePermission(
  { api, stage, route, integration }: IntegratedHttpExchange,
  functionArn: string,
  permissions: readonly FunctionPermissionModel[],
): void {
  if (integration.credentials !== undefined) return;
  const sources =
    route.routeKey === "$default"
      ? [`${api.executionArn}/${stage.name}/$default`]
      : routeSources(`${api.executionArn}/${stage.name}`, route.routeKey);
  if (mayInvoke(permissions, "apigateway", functionArn, sources)) return;
  throw new HttpApiRefusal(
    500,
    `API Gateway may not invoke the function as ${sources[0]}. ` +
      "Declare an aws.lambda.Permission with a sourceArn that matches, for example `${api.executionArn}/*/*`.",
  );
}

function routeSources(stage: string, routeKey: string): string[] {
  const [method = ""] = routeKey.split(" ");
  const path = resourceOf(routeKey);
  const methods = method === "ANY" ? ["ANY", "*"] : [method];
  const paths = [path, path.replace(/\{[^/]+\}/g, "*")];
  return methods.flatMap((name) => paths.map((one) => `${stage}/${name}${one}`));
}
