/**
 * What a function may answer to an HTTP API, and what the client gets of it
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, response format).
 */

import { isJsonObject } from "../../json-object.ts";
import { isConnectionBound, isFieldName, isFieldValue } from "../shared/header-fields.ts";
import type { HttpAnswer } from "./http-exchange.ts";
import { HttpApiRefusal } from "./refusal.ts";

/** What a reply gets that names no content type; a function URL has another one. */
const TEXT = "text/plain; charset=utf-8";

/**
 * @param payload the function's result, JSON text
 * @param version of the payload format; only 2.0 infers a response from a result without `statusCode`
 * @param presetType the content type of a reply with a `statusCode` and without a content type
 * @throws HttpApiRefusal 500 for a result of another shape
 */
export function functionReply(payload: string, version: "1.0" | "2.0", presetType = TEXT): HttpAnswer {
  const result: unknown = payload === "" ? null : JSON.parse(payload);
  if (!isJsonObject(result) || !("statusCode" in result)) {
    if (version === "1.0") throw malformed("it has no statusCode");
    const body = typeof result === "string" ? result : JSON.stringify(result);
    return { status: 200, headers: ["content-type", "application/json"], body, reason: undefined };
  }
  const headers = headerFields(result, version);
  const hasType = headers.some((field, index) => index % 2 === 0 && field.toLowerCase() === "content-type");
  return {
    status: statusCode(result.statusCode),
    headers: hasType ? headers : ["content-type", presetType, ...headers],
    body: replyBody(result),
    reason: undefined,
  };
}

function statusCode(value: unknown): number {
  const status = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599) return status;
  throw malformed(`its statusCode is ${JSON.stringify(value)}, not a whole number from 100 to 599`);
}

function replyBody({ body, isBase64Encoded }: Record<string, unknown>): string | Buffer {
  if (body === undefined || body === null) return "";
  if (typeof body !== "string") throw malformed(`its body is of type ${typeof body}, not a string; use JSON.stringify`);
  return isBase64Encoded === true ? Buffer.from(body, "base64") : body;
}

/** Cookies first, then the fields; format 1.0 also has lists of values. */
function headerFields(reply: Record<string, unknown>, version: "1.0" | "2.0"): string[] {
  const fields: string[] = [];
  const put = (name: string, value: unknown) => {
    const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    if (typeof text !== "string") throw malformed(`its header ${name} is of type ${typeof value}, not a string`);
    if (!isFieldName(name) || !isFieldValue(text)) throw malformed(`its header ${JSON.stringify(name)} cannot be sent`);
    if (!isConnectionBound(name)) fields.push(name, text);
  };
  if (version === "2.0") {
    for (const cookie of Array.isArray(reply.cookies) ? reply.cookies : []) put("set-cookie", cookie);
  }
  const multi = version === "1.0" ? entries("multiValueHeaders", reply.multiValueHeaders) : [];
  for (const [name, values] of multi) for (const value of [values].flat()) put(name, value);
  const repeated = new Set(multi.map(([name]) => name.toLowerCase()));
  for (const [name, value] of entries("headers", reply.headers))
    if (!repeated.has(name.toLowerCase())) put(name, value);
  return fields;
}

function entries(where: string, map: unknown): [string, unknown][] {
  if (map === undefined || map === null) return [];
  if (typeof map !== "object" || Array.isArray(map)) throw malformed(`its ${where} is not an object`);
  return Object.entries(map);
}

const malformed = (why: string) => new HttpApiRefusal(500, `Malformed response of the function: ${why}.`);
