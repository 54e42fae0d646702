/** A cloud with tables, and clients of them. */
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { CloudEvent } from "../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { repository } from "./shell.ts";
import { signedHeaders } from "./signed-request.ts";

/** @param environment of the program in `tests/fixtures/table`, or in another fixture */
export async function startTables(
  environment: Record<string, string> = {},
  {
    fixture = "table",
    stateDirectory,
    now = Date.now,
    onEvent,
  }: { fixture?: string; stateDirectory?: string; now?: () => number; onEvent?: (event: CloudEvent) => void } = {},
): Promise<LocalCloud> {
  return startLocalCloud({
    ...{ stack: "dev", port: 0, stateDirectory, now, projectDirectory: join(repository, "tests/fixtures", fixture) },
    environment: { ...process.env, ...environment },
    ...(onEvent && { onEvent }),
  });
}

/** As somebody makes one who has read the ready document. */
export function clientOf(cloud: LocalCloud, region = "us-east-1"): DynamoDBClient {
  const credentials = cloud.ready.credentials!;
  return new DynamoDBClient({ region, endpoint: cloud.ready.console, credentials, maxAttempts: 1 });
}

/** @param request JSON text as it is, or what becomes it */
export async function askTables(cloud: LocalCloud, operation: string, request: unknown) {
  const body = typeof request === "string" ? request : JSON.stringify(request);
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` };
  const signing = { ...cloud.ready.credentials!, host: new URL(cloud.ready.console).host, service: "dynamodb" };
  const signed = await signedHeaders({ method: "POST", path: "/", headers, body }, signing);
  const response = await fetch(cloud.ready.console, { method: "POST", headers: signed, body });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as { __type?: string; message?: string } };
}
