/** Deploys small handlers into temporary folders and runs them the way the local cloud does. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type FunctionHost, functionHost } from "../../../local/lambda/function-host.ts";
import type { FunctionSurroundings } from "../../../local/lambda/function-surroundings.ts";
import { SpareRuntime } from "../../../local/lambda/spare-runtime.ts";
import type { FunctionModel } from "../../../local/model.ts";
import type { InvocationResult } from "../../../local/platform.ts";
import { type RecordedPlatform, recordedPlatform } from "./recorded-platform.ts";

export interface DeployedTestFunction {
  model: FunctionModel;
  platform: RecordedPlatform;
  host: FunctionHost;
  invoke(event?: unknown): Promise<InvocationResult>;
  /** What the function and the service logged so far. */
  log(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "ASIALOCALABCDEFGHIJK",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "token",
};

/** @param code one file's source, taken as `index.js`, or several files by path */
export function deploy(
  code: string | Record<string, string>,
  overrides: Partial<FunctionModel> = {},
  surroundings: FunctionSurroundings = {},
  spare = new SpareRuntime(),
): DeployedTestFunction {
  const platform = recordedPlatform();
  const codeDirectory = writeCode(code);
  const model = functionDefinition({ codeDirectory, ...overrides });
  const host = functionHost([model], platform, { credentials: () => CREDENTIALS, ...surroundings }, spare);
  return {
    model,
    platform,
    host,
    invoke: (event = {}) => host.invoke(model.arn, JSON.stringify(event)),
    log: () => platform.events.filter((event) => event.kind === "function-log").map((event) => event.line),
    async [Symbol.asyncDispose]() {
      await host.close();
      rmSync(codeDirectory, { recursive: true, force: true });
    },
  };
}

export function writeCode(code: string | Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), "function-"));
  for (const [path, source] of Object.entries(typeof code === "string" ? { "index.js": code } : code)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), source);
  }
  return directory;
}

export function functionDefinition(overrides: Partial<FunctionModel>): FunctionModel {
  const name = overrides.name ?? "Demo";
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    region: "us-east-1",
    accountId: "123456789012",
    roleName: "demo-role",
    runtime: "nodejs24.x",
    handler: "index.handler",
    memorySizeMb: 128,
    timeoutSeconds: 3,
    environment: {},
    logGroupName: `/aws/lambda/${name}`,
    logFormat: "Text",
    applicationLogLevel: "INFO",
    systemLogLevel: "INFO",
    reservedConcurrency: undefined,
    codeDirectory: "",
    codeSources: [],
    layerDirectories: [],
    version: "$LATEST",
    qualifiers: {},
    shares: {},
    asynchronous: {},
    deadLetterTarget: undefined,
    ...overrides,
  };
}
