/**
 * What a function may answer to a Lambda proxy integration, and what the client gets of it
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html, output format).
 */

import { isJsonObject } from "../../../json-object.ts";
import { isFieldName, isFieldValue } from "../../shared/header-fields.ts";
import { isBinaryMediaType } from "../binary-media-types.ts";
import { fromBase64 } from "../from-base64.ts";
import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { PassedFields } from "./passed-fields.ts";

const KEYS = new Set(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]);

/**
 * @param payload the function's result, JSON text
 * @throws GatewayError `INTEGRATION_FAILURE` with status 502 for a result of another shape
 */
export function proxyAnswer(exchange: IntegratedGatewayExchange, payload: string): GatewayAnswer {
  const result = parse(payload);
  const status = statusCode(result.statusCode);
  const { contentType, headers } = headerFields(result.headers, result.multiValueHeaders);
  return {
    status,
    contentType: contentType ?? "application/json",
    headers,
    body: responseBody(exchange, result),
    traced: true,
    errorType: undefined,
    reason: undefined,
  };
}

function parse(payload: string): Record<string, unknown> {
  const result: unknown = JSON.parse(payload);
  if (!isJsonObject(result)) {
    const found = result === null ? "null" : Array.isArray(result) ? "an array" : `a ${typeof result}`;
    throw malformed(`it is ${found}, not an object with statusCode, headers and body`);
  }
  for (const key in result) {
    if (!KEYS.has(key)) throw malformed(`it has the key ${JSON.stringify(key)}; allowed are ${[...KEYS].join(", ")}`);
  }
  return result;
}

function statusCode(value: unknown): number {
  if (value === undefined || value === null) return 200;
  const status = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw malformed(`its statusCode is ${JSON.stringify(value)}, not a whole number from 200 to 599`);
}

function responseBody(
  exchange: IntegratedGatewayExchange,
  { body, isBase64Encoded }: Record<string, unknown>,
): string | Buffer {
  if (isBase64Encoded !== undefined && isBase64Encoded !== null && typeof isBase64Encoded !== "boolean") {
    throw malformed("its isBase64Encoded is no boolean");
  }
  if (body === undefined || body === null) return "";
  if (typeof body !== "string") throw malformed(`its body is of type ${typeof body}, not a string; use JSON.stringify`);
  const binary = isBase64Encoded === true && isBinaryMediaType(exchange.api.model, exchange.headers.last("accept"));
  return binary ? fromBase64(body, NOT_BASE64) : body;
}

const NOT_BASE64 = "The function's body is not base64, although isBase64Encoded says so.";

/** Both maps, merged: a name of either goes under the casing of `multiValueHeaders`, in one field. */
function headerFields(single: unknown, multi: unknown): PassedFields {
  const fields = new PassedFields();
  if (single === undefined && multi === undefined) return fields;
  const singles = entries("headers", single);
  const multis = entries("multiValueHeaders", multi);

  const merged = new Set<string>();
  for (const [name, values] of multis) {
    if (!Array.isArray(values)) throw malformed(`its multiValueHeaders.${name} is no array`);
    const texts = values.map((value) => fieldValue(name, value));
    const lower = name.toLowerCase();
    const alsoSingle = singles.find(([other]) => other.toLowerCase() === lower);
    if (alsoSingle) {
      merged.add(lower);
      fields.add(name, [...texts, fieldValue(...alsoSingle)].join(", "));
    } else {
      for (const text of texts) fields.add(name, text);
    }
  }
  for (const [name, value] of singles) {
    const text = fieldValue(name, value);
    if (!merged.has(name.toLowerCase())) fields.add(name, text);
  }
  return fields;
}

function entries(where: string, map: unknown): [string, unknown][] {
  if (map === undefined || map === null) return [];
  if (typeof map !== "object" || Array.isArray(map)) throw malformed(`its ${where} is not an object`);
  return Object.entries(map);
}

function fieldValue(name: string, value: unknown): string {
  const text = typeof value === "boolean" || typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") throw malformed(`its header ${name} is of type ${typeof value}, not a string`);
  if (!isFieldName(name)) throw malformed(`its header name ${JSON.stringify(name)} cannot be sent`);
  if (!isFieldValue(text)) throw malformed(`its header ${name} has characters that cannot be sent`);
  return text;
}

function malformed(why: string): GatewayError {
  return new GatewayError("INTEGRATION_FAILURE", `Malformed Lambda proxy response: ${why}.`, { status: 502 });
}
