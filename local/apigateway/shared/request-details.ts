/** What the console shows of one request when somebody opens it. */
import type { RequestDetails } from "../../platform.ts";
import type { RequestHeaders } from "./request-headers.ts";

interface Asked {
  traceId: string;
  /** As it arrived, without the query */
  requestPath: string;
  /** As it arrived, without `?` */
  queryString: string;
  headers: RequestHeaders;
  body: Buffer | undefined;
}

interface Answered {
  /** Where it is kept apart from the other fields. */
  contentType?: string | undefined;
  /** Name, value, name, value … */
  headers: readonly string[];
  body: string | Buffer;
}

/** Of a longer body only the beginning is kept: what happened lately must not fill the memory. */
const LONGEST_KEPT_BYTES = 16 * 1024;

/** @returns what tells them: put together when it is asked for, unless that would keep long bodies in memory until then */
export function requestDetails(asked: Asked, answer: Answered): () => RequestDetails {
  const tell = () => put(asked, answer);
  if ((asked.body?.length ?? 0) + answer.body.length <= LONGEST_KEPT_BYTES) return tell;
  const told = tell();
  return () => told;
}

function put(asked: Asked, answer: Answered): RequestDetails {
  const { traceId, requestPath, queryString, headers } = asked;
  const requestBody = asked.body ?? Buffer.alloc(0);
  const responseBody = Buffer.from(answer.body as string);
  const contentType = answer.contentType === undefined ? [] : ["Content-Type", answer.contentType];
  return {
    traceId,
    target: queryString === "" ? requestPath : `${requestPath}?${queryString}`,
    requestHeaders: inPairs(headers.raw),
    requestBody: beginning(requestBody),
    responseHeaders: inPairs([...contentType, ...answer.headers]),
    responseBody: beginning(responseBody),
    cut: Math.max(requestBody.length, responseBody.length) > LONGEST_KEPT_BYTES,
  };
}

/** @param flat name, value, name, value … */
function inPairs(flat: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at]!, flat[2 * at + 1]!]);
}

/** A copy, since a part would keep the whole in memory. */
const beginning = (body: Buffer): Buffer => Buffer.from(body.subarray(0, LONGEST_KEPT_BYTES));
