/**
 * One execution environment of a function: a process of its own that loads the code once and then runs one invocation at
 * a time, until it fails, exceeds its time or memory, or is let go
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 *
 * A process and not a worker thread, because a function that runs out of memory in a thread takes the whole local cloud
 * with it, and because working directory, time zone, signals and `process.exit` belong to processes.
 */
import { readFileSync } from "node:fs";
import type { FunctionModel } from "../model.ts";
import type { InvocationResult } from "../platform.ts";
import { runtimeMajor } from "./environment-variables.ts";
import { type FunctionSurroundings, packagesDirectories } from "./function-surroundings.ts";
import { lineSplitter } from "./lines.ts";
import { type Breakdown, breakdownOutcome, functionOutcome } from "./outcomes.ts";
import { encodeFrame, FrameReader, type InvocationHead, type RuntimeHead, type RuntimeSettings } from "./protocol.ts";
import type { RuntimeProcess } from "./runtime-process.ts";

/** One invocation on its way through the host. */
export interface Job {
  requestId: string;
  /** JSON text */
  payload: string;
  traceId: string | undefined;
  /** As it was invoked, with the qualifier that was used. */
  functionArn: string;
  /** JSON text */
  clientContext: string | undefined;
  /** Hears what is logged while it runs, the service's own lines included. */
  onLogLine: ((line: string) => void) | undefined;
  settle(outcome: InvocationResult): void;
}

/** How an invocation went, for the REPORT line. */
export interface Report {
  durationMs: number;
  /** Only on the first invocation of an environment. */
  initMs: number | undefined;
  maxMemoryBytes: number;
  /** `failure` when the handler threw, `error` when the runtime broke down */
  status: "success" | "failure" | "error" | "timeout";
}

export interface EnvironmentOwner {
  /** The environment can take an invocation. */
  idle(environment: ExecutionEnvironment): void;
  /** Jobs that were given ahead of their turn and not begun; another environment may run them. */
  returned(jobs: Job[]): void;
  /** The environment is no more. What ran in it was answered before; `breakdown` is set when it never became ready. */
  gone(environment: ExecutionEnvironment, breakdown: Breakdown | undefined): void;
  /** @param job what the environment works for, if anything */
  log(line: string, job: Job | undefined): void;
  /** The function called a service of AWS that does not run here; `why` is for a person. */
  refusedCall(call: { service: string; operation: string }, why: string): void;
  started(job: Job): void;
  finished(job: Job, outcome: InvocationResult, report: Report): void;
}

/** Initialization may take this long, whatever the function's own timeout. */
const INIT_TIMEOUT_SECONDS = 10;
/** How often the memory of a running invocation is looked at. */
const WATCH_MS = 100;
const PAGE_BYTES = 4096;
/** How many jobs an environment may have, the running one included, while its invocations are short. */
const MOST_JOBS = 16;
const SHORT_MS = 4;
/** How much of the average duration the newest invocation is. */
const NEWEST_SHARE = 0.2;

export class ExecutionEnvironment {
  readonly #model: FunctionModel;
  readonly #owner: EnvironmentOwner;
  readonly #process: RuntimeProcess;
  readonly #reader = new FrameReader();
  readonly #exited: Promise<void>;
  readonly #createdAt = performance.now();
  #initMs: number | undefined;
  #state: "starting" | "ready" | "ending" | "gone" = "starting";
  /** The first runs, the others were sent ahead. */
  readonly #jobs: Job[] = [];
  #round = 0;
  #averageMs = Number.POSITIVE_INFINITY;
  #unsent = "";
  #startedAt = performance.now();
  #limitSeconds = INIT_TIMEOUT_SECONDS;
  #watch: NodeJS.Timeout | undefined;
  #maxMemoryBytes = 0;

  constructor(
    model: FunctionModel,
    owner: EnvironmentOwner,
    runtime: RuntimeProcess,
    surroundings: FunctionSurroundings,
  ) {
    this.#model = model;
    this.#owner = owner;
    this.#process = runtime;
    this.#exited = this.#listen();
    runtime.channel.write(
      encodeFrame({
        codeDirectory: model.codeDirectory,
        layerDirectories: model.layerDirectories,
        handler: model.handler,
        runtimeMajor: runtimeMajor(model.runtime) ?? 24,
        logFormat: model.logFormat,
        logLevel: model.applicationLogLevel,
        functionName: model.name,
        functionVersion: model.version,
        memorySizeMb: model.memorySizeMb,
        timeoutMs: model.timeoutSeconds * 1000,
        logGroupName: model.logGroupName,
        logStreamName: runtime.logStreamName,
        packagesDirectories: packagesDirectories(model, surroundings),
        identityProvider: surroundings.identityProvider,
        lateVariables: runtime.lateVariables(model, surroundings),
      } satisfies RuntimeSettings),
    );
    this.#watchNext();
  }

  get starting(): boolean {
    return this.#state === "starting";
  }

  /** Whether a job may be given: to an idle environment, or ahead to one whose invocations are short. */
  get hasRoom(): boolean {
    if (this.#state !== "ready") return false;
    return this.#jobs.length === 0 || (this.#averageMs < SHORT_MS && this.#jobs.length < MOST_JOBS);
  }

  /** Takes a job; the environment must have room. */
  run(job: Job): void {
    if (this.#jobs.push(job) === 1) this.#begin(job);
    const head: InvocationHead = {
      requestId: job.requestId,
      traceId: job.traceId,
      functionArn: job.functionArn,
      clientContext: job.clientContext,
      round: this.#round,
    };
    // What arrives in one turn of the event loop is written at once.
    if (this.#unsent === "") setImmediate(() => this.#flush());
    this.#unsent += encodeFrame(head, job.payload);
  }

  /** Ends the environment; an invocation that still runs is answered as if the runtime had exited. */
  async close(): Promise<void> {
    this.#breakDown({ kind: "exit", code: 0 });
    await this.#exited;
  }

  #listen(): Promise<void> {
    const { child, channel } = this.#process;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8");
      stream.on(
        "data",
        lineSplitter((line) => this.#owner.log(line, this.#jobs[0])),
      );
    }
    channel.on("data", (chunk: Buffer) => this.#receive(chunk));
    return new Promise((resolve) => {
      child.once("error", (error) => {
        this.#breakDown({ kind: "init-error", payload: JSON.stringify(startFailure(error)) });
        resolve();
      });
      // Not before `close`: what the process sent last is read by then.
      child.once("close", (code, signal) => {
        this.#breakDown(signal === null ? { kind: "exit", code: code ?? 0 } : this.#killedBy(signal));
        resolve();
      });
    });
  }

  #receive(chunk: Buffer): void {
    this.#reader.push(chunk);
    try {
      for (;;) {
        if (this.#state === "gone") return;
        const frame = this.#reader.next<RuntimeHead>();
        if (!frame) return;
        this.#handle(frame.head, frame.text);
      }
    } catch {
      // Somebody else wrote to the runtime's socket: the function itself.
      this.#breakDown({ kind: "exit", code: 1 });
    }
  }

  #handle(head: RuntimeHead, text: string): void {
    switch (head.kind) {
      case "log":
        this.#owner.log(text, this.#jobs[0]);
        return;
      case "refused-call":
        this.#owner.refusedCall(head, text);
        return;
      case "ready":
        this.#state = "ready";
        this.#initMs = performance.now() - this.#createdAt;
        this.#limitSeconds = this.#model.timeoutSeconds;
        this.#owner.idle(this);
        return;
      case "busy":
        this.#round++;
        this.#averageMs = Number.POSITIVE_INFINITY;
        this.#owner.returned(this.#jobs.splice(1));
        return;
      case "init-failed":
        this.#breakDown({ kind: "init-error", payload: text });
        return;
      case "done":
        this.#maxMemoryBytes = head.maxMemoryBytes;
        this.#averageMs = average(this.#averageMs, head.durationMs);
        if (head.ending) this.#state = "ending";
        this.#finish(functionOutcome(text, head.failed), head.durationMs, head.failed ? "failure" : "success");
        return;
    }
  }

  #begin(job: Job): void {
    this.#startedAt = performance.now();
    if (!this.#watch) this.#watchNext();
    this.#owner.started(job);
  }

  #flush(): void {
    if (this.#state !== "gone") this.#process.channel.write(this.#unsent);
    this.#unsent = "";
  }

  /** Looks after time and memory while something runs. */
  #watchNext(): void {
    const leftMs = this.#startedAt + this.#limitSeconds * 1000 - performance.now();
    this.#watch = setTimeout(() => this.#lookAfter(), Math.max(1, Math.min(WATCH_MS, Math.ceil(leftMs))));
  }

  #lookAfter(): void {
    this.#watch = undefined;
    if (this.#state !== "starting" && this.#jobs.length === 0) return;
    const { memorySizeMb } = this.#model;
    if (this.#overdue()) {
      // The answer may have arrived while this process was busy elsewhere: it is read first.
      setImmediate(() => {
        const initializing = this.#state === "starting";
        if (this.#overdue()) this.#breakDown({ kind: "timeout", seconds: this.#limitSeconds, initializing });
        else this.#watchNext();
      });
    } else if (residentBytes(this.#process.child.pid) > memorySizeMb * 1024 * 1024) {
      this.#maxMemoryBytes = memorySizeMb * 1024 * 1024;
      this.#breakDown({ kind: "out-of-memory", memorySizeMb });
    } else {
      this.#watchNext();
    }
  }

  #overdue(): boolean {
    if (this.#state !== "starting" && this.#jobs.length === 0) return false;
    return performance.now() - this.#startedAt >= this.#limitSeconds * 1000;
  }

  /** V8 aborts the process when the heap is full. */
  #killedBy(signal: NodeJS.Signals): Breakdown {
    const { memorySizeMb } = this.#model;
    return signal === "SIGKILL" ? { kind: "out-of-memory", memorySizeMb } : { kind: "signal", signal, memorySizeMb };
  }

  /** The only way out: answers what runs, tells the owner, ends the process. */
  #breakDown(breakdown: Breakdown): void {
    if (this.#state === "gone") return;
    const neverReady = this.#state === "starting";
    this.#state = "gone";
    clearTimeout(this.#watch);
    this.#process.end();
    const [job, ...ahead] = this.#jobs.splice(0);
    if (job) {
      const durationMs = performance.now() - this.#startedAt;
      const status = breakdown.kind === "timeout" ? "timeout" : "error";
      this.#owner.finished(job, breakdownOutcome(breakdown, job.requestId), this.#report(durationMs, status));
    }
    this.#owner.returned(ahead);
    this.#owner.gone(this, neverReady ? breakdown : undefined);
  }

  #finish(outcome: InvocationResult, durationMs: number, status: Report["status"]): void {
    const job = this.#jobs.shift();
    if (!job) return;
    this.#owner.finished(job, outcome, this.#report(durationMs, status));
    const [next] = this.#jobs;
    if (next && this.#state === "ready") this.#begin(next);
    else if (this.#state === "ready") this.#owner.idle(this);
    else this.#owner.returned(this.#jobs.splice(0));
  }

  #report(durationMs: number, status: Report["status"]): Report {
    const report = { durationMs, initMs: this.#initMs, maxMemoryBytes: this.#maxMemoryBytes, status };
    this.#initMs = undefined;
    return report;
  }
}

function average(before: number, newest: number): number {
  return Number.isFinite(before) ? before + (newest - before) * NEWEST_SHARE : newest;
}

/** Where the system does not tell (anything but Linux), the heap limit of V8 is the only one. */
function residentBytes(pid: number | undefined): number {
  if (process.platform !== "linux" || pid === undefined) return 0;
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

function startFailure(error: Error): object {
  return { errorType: "Runtime.InvalidEntrypoint", errorMessage: error.message, trace: [] };
}
