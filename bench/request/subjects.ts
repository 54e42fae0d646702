/**
 * The servers that `bench/request.ts` compares, each in a process of its own: `node subjects.ts <name>` prints its port.
 *
 * `gateway` is the whole request path of the local cloud: authorizer with real signatures, real Lambda in its own process.
 * The bare ones are what `node:http` can do at best on the same machine, with the same body.
 */
import { type KeyObject, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { restApi } from "../../local/apigateway/rest-api.ts";
import { listenOnLoopback } from "../../local/http/loopback.ts";
import { functionHost } from "../../local/lambda/functions.ts";
import { apiDefinition, authorizer, FUNCTION_ARN } from "../../tests/local/apigateway/definitions.ts";
import { functionDefinition } from "../../tests/local/lambda/function-harness.ts";
import { recordedWorld } from "../../tests/local/lambda/recorded-world.ts";
import { type BenchPool, BODY, readPool } from "./pool.ts";

const HANDLER = `const body = ${JSON.stringify(BODY)};
exports.handler = async (event) => ({
  statusCode: 200,
  headers: { "Content-Type": "application/json", "X-Caller": event.requestContext.authorizer.claims.sub },
  body,
});`;

const subjects: Record<string, (pool: BenchPool) => Promise<number>> = {
  bare: () => listen((_req, res) => answer(res)),
  "bare-verifying": (pool) =>
    listen((req, res) => {
      const token = (req.headers.authorization ?? "").slice("Bearer ".length);
      if (token !== "" && isValid(token, pool.key)) answer(res);
      else res.writeHead(401).end();
    }),
  gateway,
};

function answer(res: Parameters<RequestListener>[1]): void {
  res.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(BODY) });
  res.end(BODY);
}

function isValid(token: string, key: KeyObject): boolean {
  const end = token.lastIndexOf(".");
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const signature = Buffer.from(token.slice(end + 1), "base64url");
  return verify("RSA-SHA256", Buffer.from(token.slice(0, end)), key, signature) && claims.exp * 1000 > Date.now();
}

function listen(listener: RequestListener): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer(listener).listen(0, "127.0.0.1", () => {
      resolve((server.address() as { port: number }).port);
    });
  });
}

async function gateway(pool: BenchPool): Promise<number> {
  const codeDirectory = mkdtempSync(join(tmpdir(), "bench-"));
  writeFileSync(join(codeDirectory, "index.js"), HANDLER);
  process.once("exit", () => rmSync(codeDirectory, { recursive: true, force: true }));
  const world = { ...recordedWorld(), emit: () => {} };
  const host = functionHost([functionDefinition({ codeDirectory, arn: FUNCTION_ARN })], world);
  const server = await listenOnLoopback(0);
  server.handle(
    restApi(apiDefinition({ authorizers: [authorizer({ providerArns: [pool.userPoolArn] })] }), {
      world,
      invoke: host.invoke,
      tokenIssuer: () => pool,
    }),
  );
  return server.port;
}

const start = subjects[process.argv[2] ?? ""];
if (!start) throw new Error(`One of ${Object.keys(subjects).join(", ")} is to be started.`);
const pool = readPool(process.argv[3] ?? "");
const port = await start(pool);
process.send?.({ port });
process.on("message", (question) => {
  if (question === "memory") process.send?.({ rss: process.memoryUsage.rss() });
});
process.once("disconnect", () => process.exit(0));
