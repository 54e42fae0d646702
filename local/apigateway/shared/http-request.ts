/**
 * One HTTP request of an integration, with the fields that it is given and none of a client's own; the reply is taken up
 * to API Gateway's payload quota
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html).
 */
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { request as requestOverTls } from "node:https";
import { BODY_LIMIT_BYTES } from "./request-body.ts";

export interface HttpRequest {
  url: URL;
  method: string;
  /** Name, value, name, value …; `Host` is the URL's unless it is among them. */
  headers: readonly string[];
  body: string | Buffer | undefined;
  timeoutMilliseconds: number;
  /** Takes a certificate of anybody. */
  skipsTlsVerification: boolean;
}

export interface HttpReply {
  status: number;
  /** As they came */
  fields: [name: string, value: string][];
  body: Buffer;
}

/** No whole reply came. */
export class NoReply extends Error {
  readonly why: "timeout" | "unreachable" | "too large";

  constructor(why: NoReply["why"], message: string) {
    super(message);
    this.name = "NoReply";
    this.why = why;
  }
}

/** @throws NoReply */
export function sendRequest(asked: HttpRequest): Promise<HttpReply> {
  const { url, method, headers, body, timeoutMilliseconds, skipsTlsVerification } = asked;
  const address = withoutQuery(url);
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const timedOut = error.name === "TimeoutError" || error.code === "ABORT_ERR";
      if (error instanceof NoReply) reject(error);
      else if (timedOut) reject(new NoReply("timeout", `${address} did not answer within ${timeoutMilliseconds} ms.`));
      else reject(new NoReply("unreachable", `${address} could not be reached: ${error.code ?? error.message}.`));
    };
    const length = body === undefined ? undefined : Buffer.byteLength(body);
    const options: RequestOptions & { rejectUnauthorized: boolean } = {
      method,
      headers: [...headers, ...hostOf(url, headers), ...contentLength(method, length)],
      agent: false,
      signal: AbortSignal.timeout(timeoutMilliseconds),
      rejectUnauthorized: !skipsTlsVerification,
    };
    const send = url.protocol === "https:" ? requestOverTls : request;
    const outgoing = send(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= BODY_LIMIT_BYTES) chunks.push(chunk);
        else outgoing.destroy(tooLarge(address));
      });
      incoming.on("error", fail);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, fields: fieldsOf(incoming), body: Buffer.concat(chunks) });
      });
    });
    outgoing.on("error", fail);
    outgoing.end(body);
  });
}

/** For people and their logs: what a client sends in a query may be a token. */
const withoutQuery = ({ origin, pathname }: URL): string => origin + pathname;

function tooLarge(address: string): NoReply {
  return new NoReply(
    "too large",
    `${address} answered with more than the ${BODY_LIMIT_BYTES} bytes that API Gateway takes from an integration.`,
  );
}

function hostOf({ host }: URL, headers: readonly string[]): string[] {
  return headers.some((field, at) => at % 2 === 0 && field.toLowerCase() === "host") ? [] : ["Host", host];
}

/** A method with a body says that there is none. */
function contentLength(method: string, length: number | undefined): string[] {
  if (length !== undefined) return ["Content-Length", String(length)];
  return ["GET", "HEAD", "DELETE", "OPTIONS"].includes(method) ? [] : ["Content-Length", "0"];
}

const fieldsOf = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]!] as [string, string]] : []));
