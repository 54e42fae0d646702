/** One HTTP request of an integration, with the fields that it is given and none of a client's own. */
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { request as requestOverTls } from "node:https";
import { GatewayError } from "../gateway-error.ts";

export interface HttpRequest {
  url: URL;
  method: string;
  /** Name, value, name, value … */
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

/** @throws GatewayError `INTEGRATION_TIMEOUT` or `INTEGRATION_FAILURE` (504) */
export function sendRequest(asked: HttpRequest): Promise<HttpReply> {
  const { url, method, headers, body, timeoutMilliseconds, skipsTlsVerification } = asked;
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const timedOut = error.name === "TimeoutError" || error.code === "ABORT_ERR";
      reject(
        timedOut
          ? new GatewayError("INTEGRATION_TIMEOUT", `${url} did not answer within ${timeoutMilliseconds} ms.`)
          : new GatewayError("INTEGRATION_FAILURE", `${url} could not be reached: ${error.code ?? error.message}.`),
      );
    };
    const length = body === undefined ? undefined : Buffer.byteLength(body);
    const options: RequestOptions & { rejectUnauthorized: boolean } = {
      method,
      headers: [...headers, "Host", url.host, ...contentLength(method, length)],
      agent: false,
      signal: AbortSignal.timeout(timeoutMilliseconds),
      rejectUnauthorized: !skipsTlsVerification,
    };
    const send = url.protocol === "https:" ? requestOverTls : request;
    const outgoing = send(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", fail);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, fields: fieldsOf(incoming), body: Buffer.concat(chunks) });
      });
    });
    outgoing.on("error", fail);
    outgoing.end(body);
  });
}

/** A method with a body says that there is none. */
function contentLength(method: string, length: number | undefined): string[] {
  if (length !== undefined) return ["Content-Length", String(length)];
  return ["GET", "HEAD", "DELETE", "OPTIONS"].includes(method) ? [] : ["Content-Length", "0"];
}

const fieldsOf = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]!] as [string, string]] : []));
