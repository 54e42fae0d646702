/** Deploys small handlers into temporary folders and runs them the way the local cloud does. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FunctionDefinition } from "../../../local/definitions.ts";
import { type FunctionHost, functionHost } from "../../../local/lambda/functions.ts";
import type { Invocation } from "../../../local/world.ts";
import { type RecordedWorld, recordedWorld } from "./recorded-world.ts";

export interface DeployedTestFunction {
  definition: FunctionDefinition;
  world: RecordedWorld;
  host: FunctionHost;
  invoke(event?: unknown): Promise<Invocation>;
  /** What the function and the service logged so far. */
  log(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param code one file's source, taken as `index.js`, or several files by path */
export function deploy(
  code: string | Record<string, string>,
  overrides: Partial<FunctionDefinition> = {},
): DeployedTestFunction {
  const world = recordedWorld();
  const codeDirectory = writeCode(code);
  const definition = functionDefinition({ codeDirectory, ...overrides });
  const host = functionHost([definition], world);
  return {
    definition,
    world,
    host,
    invoke: (event = {}) => host.invoke(definition.arn, JSON.stringify(event)),
    log: () => world.events.filter((event) => event.kind === "function-log").map((event) => event.line),
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

export function functionDefinition(overrides: Partial<FunctionDefinition>): FunctionDefinition {
  const name = overrides.name ?? "Demo";
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    region: "us-east-1",
    accountId: "123456789012",
    runtime: "nodejs24.x",
    handler: "index.handler",
    memorySizeMb: 128,
    timeoutSeconds: 3,
    environment: {},
    logGroupName: `/aws/lambda/${name}`,
    logFormat: "Text",
    reservedConcurrency: undefined,
    codeDirectory: "",
    ...overrides,
  };
}
