/** `demo-auth local` as a user starts it, with its state in a folder of the bench. */
import { join } from "node:path";
import type { ReadyDocument, ReadyUserPool } from "../../local/host/ready-document.ts";
import { freePorts, Subject } from "./processes.ts";
import type { Workspace } from "./workspace.ts";

/** Console, hosted UI and API. */
const PORTS = 3;

export interface CloudOptions {
  /** A folder name: two clouds of the same name share users and keys. */
  name: string;
  project?: string;
  stack?: string;
  /** The first port; the same state needs the same one, because the issuer of its tokens names it. */
  port?: number;
  watch?: boolean;
  nodeArguments?: readonly string[];
}

export interface RunningCloud {
  subject: Subject;
  ready: ReadyDocument;
  pool: ReadyUserPool;
  /** The protected route: `http://127.0.0.1:<port>/Test/transactions` */
  api: URL;
  port: number;
  stateDirectory: string;
  home: string;
}

/** Starts the process and returns at once. */
export function launchCloud(workspace: Workspace, options: CloudOptions & { port: number }) {
  const home = join(workspace.directory, "homes", options.name);
  const stateDirectory = join(workspace.directory, "states", options.name);
  const args = ["local", "--port", String(options.port), "--state", stateDirectory];
  args.push("--project", options.project ?? workspace.project, "--stack", options.stack ?? "dev");
  if (options.watch) args.push("--watch");
  const firstLine = Promise.withResolvers<string>();
  const subject = new Subject(process.execPath, [...(options.nodeArguments ?? []), workspace.cli, ...args], {
    cwd: workspace.directory,
    env: { DEMO_AUTH_HOME: home, CI: "true" },
    onLine: (line) => firstLine.resolve(line),
  });
  subject.child.once("exit", () =>
    firstLine.reject(new Error(`The local cloud ended before it was ready:\n${subject.said}`)),
  );
  firstLine.promise.catch(() => {});
  return { subject, home, stateDirectory, firstLine: firstLine.promise };
}

/** Starts it and waits until it is ready. */
export async function startCloud(workspace: Workspace, options: CloudOptions): Promise<RunningCloud> {
  const port = options.port ?? (await freePorts(PORTS));
  const { subject, home, stateDirectory, firstLine } = launchCloud(workspace, { ...options, port });
  const ready = JSON.parse(await firstLine) as ReadyDocument;
  const [stage] = ready.apis[0]!.stages;
  return {
    subject,
    ready,
    pool: ready.userPools[0]!,
    api: new URL(`${stage!.url}/transactions`),
    port,
    stateDirectory,
    home,
  };
}
