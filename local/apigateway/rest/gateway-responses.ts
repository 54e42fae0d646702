/**
 * Turns a gateway error into the answer that the API's gateway responses make of it: the response of the type, else
 * `DEFAULT_4XX` or `DEFAULT_5XX`, else API Gateway's own
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-model.html).
 */
import type { GatewayResponseModel } from "../../model.ts";
import { isConnectionBound, isFieldName, isFieldValue } from "../shared/header-fields.ts";
import type { EdgeRefusal } from "../shared/request-body.ts";
import type { CompiledApi } from "./compiled-api.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { GatewayAnswer, GatewayExchange } from "./gateway-exchange.ts";
import { mappedValue } from "./templates/parameter-mapping.ts";

/** @param api of which the gateway responses count */
export function gatewayAnswer(
  { gatewayResponses }: Pick<CompiledApi, "gatewayResponses">,
  exchange: GatewayExchange,
  error: GatewayError,
): GatewayAnswer {
  const answer: GatewayAnswer = {
    status: error.status,
    contentType: "application/json",
    headers: [],
    body: defaultBody(error),
    traced: false,
    errorType: error.errorType,
    reason: error.reason,
  };
  if (gatewayResponses.size === 0) return answer;
  const custom =
    gatewayResponses.get(error.responseType) ??
    gatewayResponses.get(error.status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX");
  return custom ? customised(answer, custom, exchange, error) : answer;
}

export function edgeAnswer(refusal: EdgeRefusal): GatewayAnswer {
  return {
    status: refusal.status,
    contentType: "text/plain",
    headers: [],
    body: refusal.text,
    traced: false,
    errorType: undefined,
    reason: refusal.message,
  };
}

function customised(
  answer: GatewayAnswer,
  custom: GatewayResponseModel,
  exchange: GatewayExchange,
  error: GatewayError,
): GatewayAnswer {
  const headers: string[] = [];
  for (const [target, source] of Object.entries(custom.responseParameters)) {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1];
    const value = mappedValue(source, { exchange, error });
    if (name === undefined || value === undefined || !isFieldName(name) || !isFieldValue(value)) continue;
    if (!isConnectionBound(name)) headers.push(name, value);
  }
  const [contentType, template] = chosenTemplate(custom.responseTemplates, exchange);
  const status = Number(custom.statusCode ?? answer.status);
  return {
    ...answer,
    status,
    headers,
    ...(template !== undefined && { contentType, body: substituted(template, exchange, error) }),
  };
}

/** The template for what the client accepts, else the first. */
function chosenTemplate(templates: Record<string, string>, exchange: GatewayExchange): [string, string | undefined] {
  const accepted = (exchange.headers.last("accept") ?? "").split(",").map((type) => type.split(";")[0]!.trim());
  const type =
    accepted.find((one) => Object.hasOwn(templates, one)) ??
    (Object.hasOwn(templates, "application/json") ? "application/json" : Object.keys(templates)[0]);
  return type === undefined ? ["application/json", undefined] : [type, templates[type]];
}

/** Gateway responses know plain variables only, no Velocity. */
function substituted(template: string, exchange: GatewayExchange, error: GatewayError): string {
  return template.replace(
    /\$(?:\{(context|stageVariables|method\.request\.(?:header|querystring|path))\.([\w.:-]+)\}|(context|stageVariables|method\.request\.(?:header|querystring|path))\.([\w:-]+(?:\.[\w:-]+)*))/g,
    (_, bracedWhere, bracedName, where, name) => {
      return mappedValue(`${bracedWhere ?? where}.${bracedName ?? name}`, { exchange, error }) ?? "";
    },
  );
}

/** What an integration led to is printed with a space after the colon, what API Gateway decided alone without. */
function defaultBody({ responseType, clientMessage }: GatewayError): string {
  const message = JSON.stringify(clientMessage);
  switch (responseType) {
    case "ACCESS_DENIED":
      return `{"Message":${message}}`;
    case "INTEGRATION_FAILURE":
    case "INTEGRATION_TIMEOUT":
    case "API_CONFIGURATION_ERROR":
      return `{"message": ${message}}`;
    default:
      return `{"message":${message}}`;
  }
}
