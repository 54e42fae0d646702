/**
 * One request as the console shows it when it is opened: what came, what was answered, and what its functions logged. Tokens,
 * cookies and API keys are taken out; a replay sends them again, and only to where they went.
 */
import type { ReadyDocument } from "../host/ready-document.ts";
import type { ApiRequestEvent, CloudEvent, RequestDetails } from "../platform.ts";
import { withoutTokens } from "../terminal-text.ts";

export interface OpenedRequest {
  method: string;
  /** Where it went. */
  url: string;
  requestHeaders: [name: string, value: string][];
  requestBody: string;
  responseHeaders: [name: string, value: string][];
  responseBody: string;
  cut: boolean;
  /** The lines of the functions that worked for it, oldest first. */
  log: string[];
}

const SECRET = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-amz-security-token)$/i;
/** What belongs to the connection that it came on. */
const OF_THE_CONNECTION = /^(?:host|connection|content-length|transfer-encoding|keep-alive|upgrade|expect)$/i;

export function findRequest(events: CloudEvent[], requestId: string): ApiRequestEvent | undefined {
  return events.find(
    (event): event is ApiRequestEvent => event.kind === "api-request" && event.requestId === requestId,
  );
}

/** Where an API or a function URL answers; `undefined` for what the program no longer declares. */
export function originOf({ apis, functionUrls }: ReadyDocument, apiId: string): string | undefined {
  const url = apis.find(({ id }) => id === apiId)?.stages[0]?.url ?? functionUrls.find(({ id }) => id === apiId)?.url;
  return url === undefined ? undefined : new URL(url).origin;
}

/** @param origin of the API */
export function openedRequest(
  { method }: ApiRequestEvent,
  details: RequestDetails,
  origin: string,
  events: CloudEvent[],
): OpenedRequest {
  const { traceId, target, requestHeaders, responseHeaders, requestBody, responseBody, cut } = details;
  return {
    ...{ method, cut },
    url: withoutTokens(origin + target),
    requestHeaders: requestHeaders.map(harmless),
    responseHeaders: responseHeaders.map(harmless),
    requestBody: asText(requestBody),
    responseBody: asText(responseBody),
    log: events.flatMap((event) =>
      event.kind === "function-log" && event.traceId === traceId ? [withoutTokens(event.line.trimEnd())] : [],
    ),
  };
}

/** The fields that a replay sends, secrets included. */
export function replayedFields({ requestHeaders }: RequestDetails): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [name, value] of requestHeaders)
    if (!OF_THE_CONNECTION.test(name)) fields[name] = [...(fields[name] ?? []), value];
  return fields;
}

const harmless = ([name, value]: [string, string]): [string, string] => [
  name,
  SECRET.test(name) ? "[hidden]" : withoutTokens(value),
];

function asText(body: Buffer): string {
  try {
    return withoutTokens(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return `[${body.length} bytes that are not text]`;
  }
}
