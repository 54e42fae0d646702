/**
 * One HTTP exchange over Node's own client. It starts four times faster than `fetch`, and a command line starts for every
 * call. No redirect is followed, no compression asked for: what the server sent is what the caller gets. `HTTPS_PROXY`,
 * `HTTP_PROXY` and `NO_PROXY` are honoured as curl does, except that nothing for this machine goes through a proxy; so are
 * the authorities of `NODE_EXTRA_CA_CERTS`, and those of the system once Node's own do not do.
 */
import type { RequestOptions } from "node:https";

export interface HttpRequest {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | undefined;
  /** Milliseconds for the whole exchange. */
  timeoutMs: number;
  /** Bytes that an answer's body may have. */
  limit: number;
}

export interface HttpAnswer {
  status: number;
  statusText: string;
  /** Names in lower case; repeated ones joined as RFC 9110 §5.3 has it. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** The server sent more than the caller can use. */
export class AnswerTooLarge extends Error {}

/** The body of one GET as it comes, for an answer that does not end. Ended by the signal. @throws Error with Node's `code` */
export function openStream(url: URL, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
  const { request: open } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  return new Promise((resolve, reject) => {
    const message = open(url, { signal, headers: { accept: "text/event-stream" } }, (answer) => {
      if (answer.statusCode === 200) resolve(answer);
      else message.destroy(new Error(`${url.origin} answered ${answer.statusCode}`));
    });
    message.once("error", reject).end();
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error with Node's `code`, one named `TimeoutError`, or AnswerTooLarge; `proxy` names the proxy that was used */
export async function exchange(url: URL, request: HttpRequest, env: Environment = {}): Promise<HttpAnswer> {
  const proxy = proxyOf(url, env);
  const connection: RequestOptions = connectionFor(url, proxy, env);
  try {
    return await send(url, request, connection);
  } catch (error) {
    const failure = proxy === undefined ? error : Object.assign(error as Error, { proxy });
    const unknownAuthority = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(
      (error as NodeJS.ErrnoException).code ?? "",
    );
    if (!unknownAuthority || url.protocol !== "https:") throw failure;
    // Nothing was sent yet. Reading the system's authorities takes time that others need not wait for.
    const { getCACertificates } = process.getBuiltinModule("node:tls");
    const ca = [...getCACertificates("default"), ...getCACertificates("system")];
    return send(url, request, proxy === undefined ? { ca } : { ca, agent: proxyAgent(url, env) });
  }
}

function connectionFor(url: URL, proxy: string | undefined, env: Environment): RequestOptions {
  if (proxy !== undefined) return { agent: proxyAgent(url, env) };
  // Under NODE_USE_ENV_PROXY Node's own agent would send what is for this machine to a proxy as well.
  return env.NODE_USE_ENV_PROXY ? { agent: proxyAgent(url, {}) } : {};
}

function proxyAgent(url: URL, env: Environment) {
  const { Agent } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  return new Agent({ proxyEnv: { ...env } });
}

/** The proxy for an address, without credentials; `undefined` for none. */
export function proxyOf(url: URL, env: Environment): string | undefined {
  if (["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) return undefined;
  // A web server that runs a program may set HTTP_PROXY from a request's header, so curl takes it in lower case only.
  const named = url.protocol === "https:" ? env.https_proxy || env.HTTPS_PROXY : env.http_proxy;
  const proxy = named ? URL.parse(named.includes("://") ? named : `http://${named}`) : null;
  if (!proxy) return undefined;
  const exceptions = (env.no_proxy || env.NO_PROXY || "").split(/[\s,]+/).filter(Boolean);
  const excepted = exceptions.some((one) => {
    const domain = one
      .toLowerCase()
      .replace(/^\*?\./, "")
      .replace(/:\d+$/, "");
    return one === "*" || url.hostname === domain || url.hostname.endsWith(`.${domain}`);
  });
  return excepted ? undefined : proxy.host;
}

function send(url: URL, request: HttpRequest, connection: RequestOptions): Promise<HttpAnswer> {
  // Importing node:http instead would read all its exports, one of which loads the whole of fetch.
  const { request: open } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  const headers = { ...request.headers };
  if (request.body !== undefined) headers["content-length"] = String(Buffer.byteLength(request.body));
  return new Promise((resolve, reject) => {
    const message = open(url, { ...connection, method: request.method ?? "GET", headers }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > request.limit) message.destroy(new AnswerTooLarge());
        else chunks.push(chunk);
      });
      answer.once("error", fail);
      answer.once("end", () => {
        clearTimeout(timer);
        const joined = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: answer.statusCode ?? 0,
          statusText: answer.statusMessage ?? "",
          headers: Object.fromEntries(joined),
          body: Buffer.concat(chunks),
        });
      });
    });
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => {
      message.destroy(Object.assign(new Error("no answer in time"), { name: "TimeoutError" }));
    }, request.timeoutMs);
    message.once("error", fail);
    message.end(request.body);
  });
}
