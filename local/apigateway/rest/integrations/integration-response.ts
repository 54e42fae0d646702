/**
 * What the client gets of a non-proxy integration: the response whose pattern matches, its parameters and template
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html).
 */
import type { IntegrationResponseModel } from "../../../model.ts";
import { matchesWhole, TimeUp } from "../../../time-limit.ts";
import { isConnectionBound, isFieldName, isFieldValue } from "../../shared/header-fields.ts";
import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { renderMappingTemplate } from "../templates/mapping-template.ts";
import { overridden, statusOverride } from "../templates/overrides.ts";
import { mappedValue } from "../templates/parameter-mapping.ts";
import { convertedBody } from "./payload-conversion.ts";

export interface IntegrationResult {
  /** What selection patterns are matched against: a status, or a function's error message; `undefined` for success. */
  selection: string | undefined;
  /** Bytes, where the reply's `Content-Type` says whether they are text. */
  body: string | Buffer;
  header(lowerCaseName: string): string | undefined;
  /** Whether a Lambda function answered. */
  traced: boolean;
}

/** Kept under another name: the gateway sends its own. */
const REMAPPED = new Set([
  "authorization",
  "connection",
  "content-length",
  "content-md5",
  "date",
  "expect",
  "host",
  "max-forwards",
  "proxy-authenticate",
  "server",
  "trailer",
  "upgrade",
  "user-agent",
  "www-authenticate",
]);

/** @throws GatewayError `API_CONFIGURATION_ERROR` when no integration response is for this result */
export function integrationAnswer(exchange: IntegratedGatewayExchange, result: IntegrationResult): GatewayAnswer {
  const { integration, methodResponses } = exchange.route.method;
  const { responses } = integration;
  const selected = select(responses, result.selection);
  if (!selected) {
    const what = result.selection === undefined ? "a success" : JSON.stringify(result.selection.slice(0, 200));
    throw new GatewayError(
      "API_CONFIGURATION_ERROR",
      `The integration has no response for ${what}: none matches, and there is no default (one without selectionPattern).`,
    );
  }

  if (!methodResponses.some(({ statusCode }) => statusCode === selected.statusCode)) {
    throw new GatewayError(
      "API_CONFIGURATION_ERROR",
      `Output mapping refers to an invalid method response: ${selected.statusCode}. Declare a MethodResponse for this status.`,
    );
  }

  const readable = { header: result.header, body: String(result.body) };
  const fields = new Map<string, [name: string, value: string]>();
  const put = (name: string, value: string | undefined) => {
    const lower = name.toLowerCase();
    if (value === undefined || !isFieldName(name) || !isFieldValue(value)) return;
    if (isConnectionBound(lower) && lower !== "te" && !REMAPPED.has(lower)) return;
    fields.set(lower, [REMAPPED.has(lower) ? `x-amzn-Remapped-${name}` : name, value]);
  };
  for (const [target, source] of Object.entries(selected.responseParameters)) {
    const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1];
    if (name) put(name, mappedValue(source, { exchange, integration: readable }));
  }

  const [templateType, template] = responseTemplate(selected.responseTemplates);
  const rendered = template ? renderMappingTemplate(template, exchange, readable.body) : undefined;
  for (const [name, value] of overridden(exchange.overrides?.response, "header")) put(name, value);
  const contentType = fields.get("content-type")?.[1] ?? templateType;
  fields.delete("content-type");
  return {
    status: validStatus(statusOverride(exchange.overrides) ?? Number(selected.statusCode)),
    contentType,
    headers: [...fields.values()].flat(),
    body: convertedBody(exchange, selected.contentHandling, rendered ?? result.body, result.header("content-type")),
    traced: result.traced,
    errorType: undefined,
    reason: undefined,
  };
}

/**
 * The whole text has to match a pattern, as Java's `String.matches` has it. Of several that match, one whose own status it is
 * goes before the others.
 */
function select(
  responses: readonly IntegrationResponseModel[],
  selection: string | undefined,
): IntegrationResponseModel | undefined {
  const matching =
    selection === undefined
      ? []
      : responses.filter(({ selectionPattern }) => selectionPattern && matches(selectionPattern, selection));
  return (
    matching.find(({ statusCode }) => statusCode === selection) ??
    matching[0] ??
    responses.find(({ selectionPattern }) => !selectionPattern)
  );
}

function matches(pattern: string, selection: string): boolean {
  try {
    return matchesWhole(pattern, "u", selection, "The selection pattern");
  } catch (error) {
    const noExpression = `The selection pattern ${pattern} is no regular expression.`;
    throw new GatewayError("API_CONFIGURATION_ERROR", error instanceof TimeUp ? `${error.message}.` : noExpression);
  }
}

function responseTemplate(templates: Record<string, string>): [contentType: string, template: string | undefined] {
  const [first = "application/json"] = Object.keys(templates);
  const type = Object.hasOwn(templates, "application/json") ? "application/json" : first;
  return [type, templates[type]];
}

function validStatus(status: number): number {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new GatewayError("API_CONFIGURATION_ERROR", `The integration response's status ${status} cannot be sent.`);
}
