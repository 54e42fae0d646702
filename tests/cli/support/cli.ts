/**
 * Runs `demo-auth` as a person's shell would: a process of its own, in a folder of its own, with its own state. And a
 * browser double that walks a sign-in the way a browser with our callback page does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PassThrough, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { run as runCommandLine } from "../../../cli/run.ts";
import { buildCli } from "../../../scripts/build-cli.ts";
import { type Finished, lineReader, watch as watchProcess } from "../../support/shell.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { type FakeCognito, startFakeCognito } from "./fake-cognito.ts";
import { testWorld } from "./world.ts";

let building: Promise<string> | undefined;

/** The bundle's entry, built once a run: what is tested is what is published, and it starts faster than the sources. */
export function builtCli(): Promise<string> {
  building ??= (async () => {
    const folder = temporaryDirectory();
    symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    await buildCli(join(folder, "dist"));
    return join(folder, "dist", "main.js");
  })();
  return building;
}

export type { Finished };

export interface Running {
  process: ChildProcess;
  finished: Promise<Finished>;
  /** The first line on stderr that fits, as soon as it is there. */
  line(pattern: RegExp): Promise<string>;
}

export interface Bench {
  directory: string;
  home: string;
  env: Record<string, string>;
  fake: FakeCognito;
  ports: number[];
  /** Runs a command line to its end, as a process. */
  run(args: string[], options?: RunOptions): Promise<Finished>;
  start(args: string[], options?: RunOptions): Running;
  /** The same within this process: quicker, for what no process is needed for. */
  here(args: string[], options?: RunOptions): Promise<Finished>;
  /** Signs in with a browser double; fails when that does not succeed. */
  signIn(args?: string[]): Promise<Finished>;
  close(): Promise<void>;
}

export interface RunOptions {
  env?: Record<string, string | undefined>;
  stdin?: string;
  cwd?: string;
}

/** A bench with a fake Cognito that announces itself as a running local cloud. */
export async function openBench(options: { flow?: "implicit" | "code"; hosts?: string[] } = {}): Promise<Bench> {
  const entry = await builtCli();
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "demo-auth-cli-")));
  const home = join(directory, "home");
  const project = join(directory, "project");
  mkdirSync(project);
  // The command on the PATH, as npm install --global puts it there: hints are typed that way.
  mkdirSync(join(directory, "bin"));
  symlinkSync(entry, join(directory, "bin", "demo-auth"));
  const ports = [await freePort(), await freePort()];
  const hosts = options.hosts ?? ["127.0.0.1", "localhost"];
  const callbackUrls = hosts.flatMap((host) => ports.map((port) => `http://${host}:${port}/callback`));
  const fake = await startFakeCognito({ callbackUrls, ...(options.flow && { flow: options.flow }) });
  announce(home, fake);
  const env = {
    PATH: `${join(directory, "bin")}:${process.env.PATH}`,
    HOME: join(directory, "user"),
    DEMO_AUTH_HOME: home,
    NODE_NO_WARNINGS: "1",
  };
  const children = new Set<ChildProcess>();

  const start: Bench["start"] = (args, runOptions = {}) => {
    const child = spawn(process.execPath, [entry, ...args], {
      cwd: runOptions.cwd ?? project,
      env: { ...env, ...runOptions.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    children.add(child);
    child.stdin.on("error", () => undefined);
    if (runOptions.stdin !== undefined) child.stdin.end(runOptions.stdin);
    return watch(child);
  };
  const startHere = (args: string[], options: RunOptions = {}): Omit<Running, "process"> => {
    let code = 0;
    const world = testWorld(home, {
      arguments: args,
      env: { ...env, ...options.env },
      workingDirectory: options.cwd ?? project,
      stdin: Readable.from([Buffer.from(options.stdin ?? "")]),
      setExitCode: (given) => {
        code = given;
      },
    });
    const finished = runCommandLine(world).then(() => ({ code, signal: null, ...world.written }));
    return { finished, line: lineReader(world.stderr as PassThrough, () => world.written.stderr, finished) };
  };
  const run: Bench["run"] = (args, runOptions) => start(args, { stdin: "", ...runOptions }).finished;
  return {
    directory: project,
    home,
    env,
    fake,
    ports,
    run,
    start,
    here: (args, options) => startHere(args, options).finished,
    async signIn(args = []) {
      const running = startHere(["login", "--no-browser", ...args]);
      const verdict = await browse(await running.line(/^http/));
      const finished = await running.finished;
      if (finished.code !== 0) throw new Error(`sign-in failed: ${JSON.stringify({ verdict, finished })}`);
      return finished;
    },
    async close() {
      for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
      await fake.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Writes the run file of a local cloud. */
export function announce(home: string, fake: FakeCognito, name = "running", pid = process.pid): void {
  const directory = join(home, "local", "running");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const cloud = { pid, console: fake.console, project: fake.cloud.project, startedAt: Date.now() };
  writeFileSync(join(directory, `${name}.json`), JSON.stringify(cloud), { mode: 0o600 });
}

function watch(child: ChildProcess): Running {
  const { process, finished, line } = watchProcess(child);
  return { process, finished, line: (pattern) => line("stderr", pattern) };
}

export interface Verdict {
  status: number;
  ok: boolean;
  title: string;
  detail: string;
}

/** Follows a sign-in URL to the callback, loads the page there, and posts what its script would post. */
export async function browse(url: string): Promise<Verdict> {
  return finishCallback(await redirectOf(url));
}

/** Where the identity provider sends the browser in the end. */
export async function redirectOf(url: string): Promise<URL> {
  let current = new URL(url);
  for (let hop = 0; hop < 5; hop++) {
    const response = await fetch(current, { redirect: "manual" });
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location === null) return current;
    current = new URL(location, current);
    if (current.hash || current.searchParams.has("code") || current.searchParams.has("error")) return current;
  }
  throw new Error("too many redirects");
}

export async function finishCallback(address: URL): Promise<Verdict> {
  const page = await fetch(new URL(address.pathname, address));
  if (page.status !== 200) throw new Error(`callback page: ${page.status}`);
  await page.text();
  return post(address.origin + address.pathname, { query: address.search, fragment: address.hash });
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Verdict> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      origin: new URL(url).origin,
      "content-type": "application/json",
      "sec-fetch-site": "same-origin",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  try {
    return { status: response.status, ...JSON.parse(text) };
  } catch {
    return { status: response.status, ok: false, title: text.trim(), detail: "" };
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
