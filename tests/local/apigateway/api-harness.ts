/** A REST API on a port of its own, in front of a function that the test writes. */
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { restApi } from "../../../local/apigateway/rest/rest-api-listener.ts";
import { listenOnLoopback } from "../../../local/http/loopback.ts";
import type { FunctionModel, RestApiModel } from "../../../local/model.ts";
import type { AccessKey } from "../../../local/permissions/access-key.ts";
import type { ApiRequestEvent, GetObject, InvokeFunction, QueueEvent } from "../../../local/platform.ts";
import { deploy } from "../lambda/function-harness.ts";
import type { RecordedPlatform } from "../lambda/recorded-platform.ts";
import { apiDefinition, authorizer } from "./models.ts";
import { type TestPool, testPool } from "./test-pool.ts";

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  /** Name, value, name, value … as sent */
  rawHeaders: string[];
  body: string;
  bytes: Buffer;
}

export interface RunningApi {
  origin: string;
  port: number;
  platform: RecordedPlatform;
  model: RestApiModel;
  pool: TestPool;
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string | string[]>; body?: string | Buffer },
  ): Promise<Reply>;
  /** GET with this token in `Authorization`. */
  get(path: string, authorization?: string): Promise<Reply>;
  /** Writes bytes to a socket, with `end` nothing after them, and returns what comes back until the server closes it. */
  raw(bytes: string | Buffer, options?: { end: boolean }): Promise<string>;
  /** The newest request in the log. */
  lastRequest(): ApiRequestEvent;
  functionLog(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Answers with the event it was given. */
export const ECHO = `exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });`;

export interface ApiOptions {
  api?: Partial<RestApiModel>;
  code?: string;
  function?: Partial<FunctionModel>;
  pools?: TestPool[];
  /** Instead of the deployed code. */
  invoke?: InvokeFunction;
  queueEvent?: QueueEvent;
  accessKey?: AccessKey;
  getObject?: GetObject;
}

export async function startApi(options: ApiOptions = {}): Promise<RunningApi> {
  const pools = options.pools ?? [testPool()];
  const model = apiDefinition({
    authorizers: [authorizer({ providerArns: pools.map((pool) => pool.userPoolArn) })],
    ...options.api,
  });
  const deployed = deploy(options.code ?? ECHO, options.function);
  const { platform } = deployed;
  const server = await listenOnLoopback(0);
  server.handle(
    restApi(model, {
      platform,
      invoke: options.invoke ?? deployed.host.invoke,
      queueEvent: options.queueEvent,
      tokenIssuer: (arn) => pools.find((pool) => pool.userPoolArn === arn),
      accessKey: options.accessKey,
      getObject: options.getObject,
    }),
  );

  const send: RunningApi["send"] = (method, path, { headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { port: server.port, host: "127.0.0.1", method, path, headers, agent: false },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            const bytes = Buffer.concat(chunks);
            const { statusCode = 0, headers, rawHeaders } = incoming;
            resolve({ status: statusCode, headers, rawHeaders, bytes, body: bytes.toString() });
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });

  return {
    origin: server.origin,
    port: server.port,
    platform,
    model,
    pool: pools[0]!,
    send,
    get: (path, authorization) =>
      send("GET", path, { headers: authorization === undefined ? {} : { Authorization: authorization } }),
    raw: (bytes, options = { end: false }) =>
      new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        const socket = connect(server.port, "127.0.0.1", () => (options.end ? socket.end(bytes) : socket.write(bytes)));
        socket.on("data", (chunk) => chunks.push(chunk));
        // A server that refuses before it has read everything resets the connection after its answer.
        socket.on("error", (error: NodeJS.ErrnoException) => error.code !== "ECONNRESET" && reject(error));
        socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
      }),
    lastRequest: () => platform.events.filter((event) => event.kind === "api-request").at(-1)!,
    functionLog: () => platform.events.filter((event) => event.kind === "function-log").map(({ line }) => line),
    async [Symbol.asyncDispose]() {
      await server.close();
      await deployed[Symbol.asyncDispose]();
    },
  };
}
