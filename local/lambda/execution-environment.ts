/**
 * One execution environment of a function: a worker thread that loads the code once and then runs one invocation at a
 * time, until it fails, exceeds its time or memory, or is let go
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
import { Worker } from "node:worker_threads";
import type { FunctionDefinition } from "../definitions.ts";
import type { Invocation } from "../world.ts";
import { environmentVariables, runtimeMajor } from "./environment-variables.ts";
import { type Breakdown, breakdownOutcome, functionOutcome } from "./outcomes.ts";
import type { InvocationMessage, RuntimeMessage, RuntimeSettings } from "./protocol.ts";

/** One invocation on its way through the host. */
export interface Job {
  requestId: string;
  /** JSON text */
  payload: string;
  traceId: string | undefined;
  settle(outcome: Invocation): void;
}

/** How an invocation went, for the REPORT line. */
export interface Report {
  durationMs: number;
  /** Only on the first invocation of an environment. */
  initMs: number | undefined;
  memoryBytes: number;
  /** `failure` when the handler threw, `error` when the runtime broke down */
  status: "success" | "failure" | "error" | "timeout";
}

export interface EnvironmentOwner {
  /** The environment can take an invocation. */
  idle(environment: ExecutionEnvironment): void;
  /** The environment is no more. What ran in it was answered before; `breakdown` is set when it never became ready. */
  gone(environment: ExecutionEnvironment, breakdown: Breakdown | undefined): void;
  log(line: string): void;
  finished(job: Job, outcome: Invocation, report: Report): void;
}

/** Initialization may take this long, whatever the function's own timeout. */
const INIT_TIMEOUT_SECONDS = 10;

/**
 * Node ends a worker at its limit with 16 MB to spare; one collection must not promote more than that, or V8 would end
 * the whole process.
 */
const YOUNG_GENERATION_MB = 12;

/** In a bundle the worker is an entry point of its own, beside the others. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./runtime/worker.ts" : "./lambda-worker.js", import.meta.url);

export class ExecutionEnvironment {
  readonly #definition: FunctionDefinition;
  readonly #owner: EnvironmentOwner;
  readonly #worker: Worker;
  readonly #createdAt = performance.now();
  #initMs: number | undefined;
  #state: "starting" | "idle" | "busy" | "gone" = "starting";
  #job: Job | undefined;
  #startedAt = 0;
  #timer: NodeJS.Timeout;
  #memoryBytes = 0;

  constructor(definition: FunctionDefinition, owner: EnvironmentOwner, logStreamName: string) {
    this.#definition = definition;
    this.#owner = owner;
    const { NODE_OPTIONS, ...variables } = environmentVariables(definition, logStreamName);
    const settings: RuntimeSettings = {
      codeDirectory: definition.codeDirectory,
      handler: definition.handler,
      runtimeMajor: runtimeMajor(definition.runtime) ?? 24,
      logFormat: definition.logFormat,
      functionName: definition.name,
      functionArn: definition.arn,
      memorySizeMb: definition.memorySizeMb,
      logGroupName: definition.logGroupName,
      logStreamName,
      sourceMaps: NODE_OPTIONS?.includes("--enable-source-maps") ?? false,
    };
    this.#worker = new Worker(WORKER, {
      env: variables,
      argv: [],
      execArgv: [],
      workerData: settings,
      resourceLimits: {
        maxOldGenerationSizeMb: definition.memorySizeMb,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      },
      stdout: true,
      stderr: true,
    });
    this.#worker.on("message", (message: RuntimeMessage) => this.#receive(message));
    this.#worker.on("error", (error) => this.#crashed(error));
    this.#worker.on("exit", (code) => this.#breakDown({ kind: "exit", code }));
    this.#timer = this.#armTimeout(INIT_TIMEOUT_SECONDS);
  }

  get starting(): boolean {
    return this.#state === "starting";
  }

  /** Runs a job; the environment must be idle. */
  run(job: Job): void {
    this.#state = "busy";
    this.#job = job;
    this.#startedAt = performance.now();
    const { timeoutSeconds } = this.#definition;
    this.#timer = this.#armTimeout(timeoutSeconds);
    this.#worker.postMessage({
      requestId: job.requestId,
      payload: job.payload,
      deadline: Date.now() + timeoutSeconds * 1000,
      traceId: job.traceId,
    } satisfies InvocationMessage);
  }

  /** Ends the environment; an invocation that still runs is answered as if the runtime had exited. */
  async close(): Promise<void> {
    this.#breakDown({ kind: "exit", code: 0 });
    await this.#worker.terminate();
  }

  #receive(message: RuntimeMessage): void {
    if (this.#state === "gone") return;
    switch (message.kind) {
      case "log":
        this.#owner.log(message.line);
        return;
      case "ready":
        clearTimeout(this.#timer);
        this.#initMs = performance.now() - this.#createdAt;
        this.#becomeIdle();
        return;
      case "init-failed":
        this.#breakDown({ kind: "init-error", payload: message.payload });
        return;
      case "done":
        this.#memoryBytes = Math.max(this.#memoryBytes, message.memoryBytes);
        this.#finish(
          functionOutcome(message.payload, message.failed),
          message.durationMs,
          message.failed ? "failure" : "success",
        );
        if (!message.ending) this.#becomeIdle();
        return;
    }
  }

  #becomeIdle(): void {
    this.#state = "idle";
    this.#owner.idle(this);
  }

  #crashed(error: NodeJS.ErrnoException): void {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY") {
      this.#memoryBytes = this.#definition.memorySizeMb * 1024 * 1024;
      this.#breakDown({ kind: "out-of-memory", memorySizeMb: this.#definition.memorySizeMb });
    } else {
      const { name: errorType, message: errorMessage, stack = "" } = error;
      const payload = JSON.stringify({ errorType, errorMessage, trace: stack.split("\n") });
      this.#breakDown({ kind: "init-error", payload });
    }
  }

  #armTimeout(seconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#breakDown({ kind: "timeout", seconds }), seconds * 1000);
  }

  /** The only way out: answers what runs, tells the owner, ends the worker. */
  #breakDown(breakdown: Breakdown): void {
    if (this.#state === "gone") return;
    const never = this.#state === "starting";
    this.#state = "gone";
    clearTimeout(this.#timer);
    void this.#worker.terminate();
    const job = this.#job;
    if (job) {
      const status = breakdown.kind === "timeout" ? "timeout" : "error";
      this.#finish(breakdownOutcome(breakdown, job.requestId), performance.now() - this.#startedAt, status);
    }
    this.#owner.gone(this, never ? breakdown : undefined);
  }

  #finish(outcome: Invocation, durationMs: number, status: Report["status"]): void {
    const job = this.#job;
    if (!job) return;
    this.#job = undefined;
    clearTimeout(this.#timer);
    this.#owner.finished(job, outcome, { durationMs, initMs: this.#initMs, memoryBytes: this.#memoryBytes, status });
    this.#initMs = undefined;
  }
}
