/** ministack, which comes from PyPI: used when its command is on the `PATH`, never installed. */
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { zipSync } from "fflate";
import type { Peer } from "./peers.ts";
import { freePorts, Subject } from "./processes.ts";

/** @returns the command's path, `undefined` when it is not there */
export function ministackCommand(): string | undefined {
  const name = process.platform === "win32" ? "ministack.exe" : "ministack";
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** Starts it and returns at once. */
export async function launchMinistack(command: string): Promise<Peer> {
  const port = await freePorts(1);
  // Without BIND_HOST it would listen to the network.
  const env = { GATEWAY_PORT: String(port), BIND_HOST: "127.0.0.1", LAMBDA_EXECUTOR: "local" };
  const subject = new Subject(command, [], { env });
  return { subject, url: new URL(`http://127.0.0.1:${port}/_ministack/health`) };
}

/**
 * Puts the function behind a REST API.
 * @returns the address of its one route
 */
export async function deployToMinistack({ origin }: URL, functionDirectory: string): Promise<URL> {
  const code = zipSync({ "index.mjs": new Uint8Array(readFileSync(join(functionDirectory, "index.mjs"))) });
  const { FunctionArn } = await call(origin, "lambda", "POST", "/2015-03-31/functions", {
    FunctionName: "transactions",
    Runtime: "nodejs22.x",
    Role: "arn:aws:iam::000000000000:role/bench",
    Handler: "index.handler",
    Code: { ZipFile: Buffer.from(code).toString("base64") },
    Environment: { Variables: { CLIENT_ID: "nobody" } },
  });
  const gateway = (method: string, path: string, body?: object) => call(origin, "apigateway", method, path, body);
  const { id } = await gateway("POST", "/restapis", { name: "bench" });
  const [root] = (await gateway("GET", `/restapis/${id}/resources`)).item;
  const { id: resource } = await gateway("POST", `/restapis/${id}/resources/${root.id}`, { pathPart: "transactions" });
  const get = `/restapis/${id}/resources/${resource}/methods/GET`;
  await gateway("PUT", get, { authorizationType: "NONE" });
  await gateway("PUT", `${get}/integration`, {
    type: "AWS_PROXY",
    httpMethod: "POST",
    uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FunctionArn}/invocations`,
  });
  await gateway("POST", `/restapis/${id}/deployments`, { stageName: "Test" });
  return new URL(`/restapis/${id}/Test/_user_request_/transactions`, origin);
}

/** A call of an AWS API; ministack reads the service from the signature's scope and checks nothing else of it. */
async function call(origin: string, service: string, method: string, path: string, body?: object) {
  const scope = `20260101/us-east-1/${service}/aws4_request`;
  const answer = await fetch(origin + path, {
    method,
    headers: {
      "content-type": "application/json",
      authorization: `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=host, Signature=0`,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`ministack answered ${answer.status} to ${method} ${path}: ${text}`);
  return JSON.parse(text || "{}");
}
