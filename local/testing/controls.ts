/**
 * What a test does to a cloud, as functions of plain data, so that they can be called in the cloud's process or from
 * another one.
 */
import { resolve } from "node:path";
import type { UserSummary } from "../cognito/service.ts";
import type { UserTokens } from "../cognito/tokens/tokens-for-user.ts";
import { eventLine } from "../console/event-line.ts";
import type { ReadyDocument } from "../host/ready-document.ts";
import type { CloudEvent } from "../platform.ts";
import { startLocalCloud } from "../start.ts";
import { CloudError } from "./cloud-error.ts";
import { compileCacheOf } from "./compile-cache.ts";
import type { CloudMessage, CloudOptions, CloudRequest, CloudRun, RunOptions, UserOptions } from "./types.ts";

export interface Controls {
  ready: ReadyDocument;
  user(poolId: string, wanted: UserOptions): Promise<UserSummary & UserTokens>;
  /** @returns what the hosted UI's session cookie holds */
  startSession(poolId: string, username: string): Promise<string>;
  run(functionName: string, options: RunOptions): Promise<CloudRun>;
  messages(): Promise<CloudMessage[]>;
  requests(): Promise<CloudRequest[]>;
  logs(): Promise<{ functionName: string; line: string }[]>;
  now(): Promise<number>;
  advance(milliseconds: number): Promise<void>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** What can be sent to another process. */
export type ControlOptions = Omit<CloudOptions, "inProcess" | "log" | "signal">;

/** Older ones are dropped: a test that sends more reads no reasons. */
const KEPT = 10_000;

/** Taken before a test replaces it. */
const machineNow = Date.now;

/** @throws ProjectError, ProgramError, PortTakenError as `startLocalCloud` does */
export async function openControls(
  options: ControlOptions,
  log: (line: string) => void = () => {},
  signal?: AbortSignal,
): Promise<Controls> {
  let offset = 0;
  let madeUp = 0;
  const requests: CloudRequest[] = [];
  const logs: { functionName: string; line: string }[] = [];
  const apiNames = new Map<string, string>();
  const heard = (event: CloudEvent) => {
    if (event.kind === "api-request") {
      const { kind, requestId, apiId, details, ...request } = event;
      keep(requests, { ...request, api: apiNames.get(apiId) ?? apiId });
    } else if (event.kind === "function-log") {
      keep(logs, { functionName: event.functionName, line: event.line.trimEnd() });
    }
    const line = eventLine(event);
    if (line !== undefined) log(line);
  };
  const projectDirectory = resolve(options.project ?? ".");
  const cloud = await startLocalCloud({
    projectDirectory,
    compileCache: compileCacheOf(projectDirectory),
    stack: options.stack ?? "dev",
    port: options.port ?? 0,
    https: options.https,
    stateDirectory: undefined,
    environment: { ...process.env, ...options.environment },
    now: () => machineNow() + offset,
    onEvent: heard,
    onProgramMessage: ({ severity, message }) => {
      if (severity !== "debug") log(message.trimEnd());
    },
    ...(signal && { signal }),
  });
  for (const { id, name } of cloud.ready.apis) apiNames.set(id, name);
  for (const { id, functionName } of cloud.ready.functionUrls) apiNames.set(id, functionName);
  const putBack = cloud.checkpoint();
  const administration = (poolId: string) => {
    const admin = cloud.admin(poolId);
    if (!admin) throw new CloudError("pool_unknown", `The cloud has no user pool ${poolId}.`);
    return admin;
  };

  return {
    ready: cloud.ready,
    async user(poolId, { email, username, groups, attributes, password, client, scopes, identity }) {
      const isNamed = username !== undefined || identity !== undefined;
      const address = email ?? (isNamed ? undefined : `user-${++madeUp}@example.com`);
      const admin = administration(poolId);
      const wanted = { ...attributes, ...(address !== undefined && { email: address }) };
      const user = await admin.put({
        ...{ username, attributes: wanted, groups, password },
        identity: identity && {
          provider: identity.provider,
          subject: identity.subject ?? `subject-${++madeUp}`,
        },
      });
      return { ...user, ...(await admin.tokens(user.username, { client, scopes })) };
    },
    async startSession(poolId, username) {
      return administration(poolId).startSession(username);
    },
    async run(functionName, { source: wanted, event }) {
      const runs = await cloud.runsByHand();
      const sources = runs.functions().find(({ name }) => name === functionName)?.sources ?? [];
      const labels = sources.map(({ kind, name }) => `${kind} ${name}`);
      const found = sources.filter(({ name }, at) => name === wanted || labels[at] === wanted);
      if (wanted !== undefined && found.length !== 1)
        throw new CloudError(
          "not_declared",
          `${found.length === 0 ? "Nothing" : "More than one thing"} that invokes ${functionName} is named ${JSON.stringify(wanted)}.`,
          labels.length === 0 ? "Nothing invokes it; leave the source out." : `Name one of: ${labels.join(", ")}.`,
        );
      const [source] = found;
      const sent = event === undefined ? (source?.event ?? "{}") : JSON.stringify(event);
      const { outcome, result, reason } = (await runs.run(functionName, source?.id, sent))!;
      return { outcome, result: result === undefined ? undefined : JSON.parse(result), reason };
    },
    async messages() {
      return cloud.messages();
    },
    async requests() {
      return [...requests];
    },
    async logs() {
      return [...logs];
    },
    async now() {
      return machineNow() + offset;
    },
    async advance(milliseconds) {
      offset += milliseconds;
      cloud.clockMoved();
    },
    async reset() {
      offset = 0;
      madeUp = 0;
      requests.length = 0;
      logs.length = 0;
      putBack();
    },
    close: () => cloud.close(),
  };
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT) list.shift();
}
