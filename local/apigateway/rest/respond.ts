/**
 * Writes an answer as API Gateway does: its own header fields first and in its order, then the API's.
 */
import type { ServerResponse } from "node:http";
import { httpDate } from "../shared/clock-formats.ts";
import type { GatewayAnswer, GatewayExchange } from "./gateway-exchange.ts";

/** What AWS appends to a request's trace root for the function it went to. */
const TRACE_SUFFIX = ";Parent=0000000000000000;Sampled=0;Lineage=1:00000000:0";

export function respond(exchange: GatewayExchange, answer: GatewayAnswer, response: ServerResponse): void {
  const length = typeof answer.body === "string" ? Buffer.byteLength(answer.body) : answer.body.length;
  const fields = ["Date", httpDate(exchange.api.services.platform.now())];
  if (answer.contentType !== undefined) fields.push("Content-Type", answer.contentType);
  if (answer.status !== 204) fields.push("Content-Length", String(length));
  fields.push("Connection", response.shouldKeepAlive ? "keep-alive" : "close", "x-amzn-RequestId", exchange.requestId);
  if (answer.errorType !== undefined) fields.push("x-amzn-ErrorType", answer.errorType);
  fields.push("x-amz-apigw-id", exchange.extendedRequestId, ...answer.headers);
  if (answer.traced) fields.push("X-Amzn-Trace-Id", responseTrace(exchange.traceId));
  response.writeHead(answer.status, fields);
  response.end(answer.body);
}

function responseTrace(traceId: string): string {
  return traceId.startsWith("Root=") && !traceId.includes(";") ? traceId + TRACE_SUFFIX : traceId;
}
