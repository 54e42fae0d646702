/**
 * Turns a gateway error into the answer that the API's gateway responses make of it: the response of the type, else
 * `DEFAULT_4XX` or `DEFAULT_5XX`, else API Gateway's own
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-model.html).
 */
import type { GatewayResponseModel } from "../../model.ts";
import { isConnectionBound, isFieldName, isFieldValue } from "../shared/header-fields.ts";
import type { EdgeRefusal } from "../shared/request-body.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { GatewayAnswer, GatewayExchange } from "./gateway-exchange.ts";
import { type ValueReader, valueReader } from "./templates/parameter-mapping.ts";

/** An API's own answer to one type of refusal, made ready to be filled in. */
export interface GatewayResponse {
  /** `undefined` for the refusal's own */
  status: number | undefined;
  headers: (readonly [name: string, value: ValueReader])[];
  /** By content type */
  templates: ReadonlyMap<string, ValueReader>;
  /** What a client gets that accepts none of those. */
  usualType: string | undefined;
}

/** @returns them by response type */
export function compileGatewayResponses(models: readonly GatewayResponseModel[]): Map<string, GatewayResponse> {
  return new Map(models.map((model) => [model.responseType, compile(model)]));
}

function compile({ statusCode, responseParameters, responseTemplates }: GatewayResponseModel): GatewayResponse {
  const headers = Object.entries(responseParameters).flatMap(([target, source]) => {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1];
    const canBeSent = name !== undefined && isFieldName(name) && !isConnectionBound(name);
    return canBeSent ? [[name, valueReader(source)] as const] : [];
  });
  const templates = new Map(Object.entries(responseTemplates).map(([type, text]) => [type, template(text)]));
  return {
    status: statusCode === undefined ? undefined : Number(statusCode),
    headers,
    templates,
    usualType: templates.has("application/json") ? "application/json" : templates.keys().next().value,
  };
}

const VARIABLE =
  /\$(?:\{(context|stageVariables|method\.request\.(?:header|querystring|path))\.([\w.:-]+)\}|(context|stageVariables|method\.request\.(?:header|querystring|path))\.([\w:-]+(?:\.[\w:-]+)*))/g;

/** Gateway responses know plain variables only, no Velocity. */
function template(text: string): ValueReader {
  const parts: ValueReader[] = [];
  let end = 0;
  for (const variable of text.matchAll(VARIABLE)) {
    const [whole, bracedWhere, bracedName, where, name] = variable;
    const before = text.slice(end, variable.index);
    parts.push(() => before, valueReader(`${bracedWhere ?? where}.${bracedName ?? name}`));
    end = variable.index + whole.length;
  }
  const rest = text.slice(end);
  return (sources) => parts.map((part) => part(sources) ?? "").join("") + rest;
}

export function gatewayAnswer(
  { gatewayResponses }: { gatewayResponses: ReadonlyMap<string, GatewayResponse> },
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
  { status, headers, templates, usualType }: GatewayResponse,
  exchange: GatewayExchange,
  error: GatewayError,
): GatewayAnswer {
  const sources = { exchange, error };
  for (const [name, read] of headers) {
    const value = read(sources);
    if (value !== undefined && isFieldValue(value)) answer.headers.push(name, value);
  }
  if (status !== undefined) answer.status = status;
  const type = acceptedType(exchange.headers.last("accept"), templates) ?? usualType;
  if (type !== undefined) {
    answer.contentType = type;
    answer.body = templates.get(type)!(sources)!;
  }
  return answer;
}

/** The first type that the client accepts and the response has a template for. */
function acceptedType(accept: string | undefined, templates: ReadonlyMap<string, unknown>): string | undefined {
  return accept
    ?.split(",")
    .map((type) => type.split(";")[0]!.trim())
    .find((type) => templates.has(type));
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
