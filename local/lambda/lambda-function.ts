/**
 * One function: its concurrency, its execution environments and the service's lines in its log
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html).
 */
import type { FunctionModel } from "../model.ts";
import type { InvocationOptions, InvocationResult, Platform } from "../platform.ts";
import { runtimeMajor } from "./environment-variables.ts";
import { type EnvironmentOwner, ExecutionEnvironment, type Job, type Report } from "./execution-environment.ts";
import type { FunctionSurroundings } from "./function-surroundings.ts";
import { InvocationRefused } from "./invocation-refused.ts";
import { type Breakdown, breakdownOutcome } from "./outcomes.ts";
import { ServiceLog } from "./service-log.ts";
import type { SpareRuntime } from "./spare-runtime.ts";

/** What an account may run at once, unless the function reserves less. */
const ACCOUNT_CONCURRENCY = 1000;
/** Environments of one function on this machine; more invocations at once wait for one of them. */
const MOST_ENVIRONMENTS = 10;
/** How long an invocation waits for a warm environment before another one is started. */
const SCALE_OUT_AFTER_MS = 20;
/** How long environments beyond the first stay warm. */
const RELEASE_AFTER_MS = 10_000;

export class LambdaFunction implements EnvironmentOwner {
  readonly #model: FunctionModel;
  readonly #platform: Platform;
  readonly #log: ServiceLog;
  readonly #surroundings: FunctionSurroundings;
  readonly #spare: SpareRuntime;
  readonly #nodeMajor: number | undefined;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  #waiting: Job[] = [];
  #inFlight = 0;
  #scaleOut: NodeJS.Timeout | undefined;
  #release: NodeJS.Timeout | undefined;
  #announced = false;
  #closed = false;

  constructor(model: FunctionModel, platform: Platform, surroundings: FunctionSurroundings, spare: SpareRuntime) {
    this.#surroundings = surroundings;
    this.#spare = spare;
    this.#model = model;
    this.#platform = platform;
    this.#nodeMajor = runtimeMajor(model.runtime);
    this.#log = new ServiceLog(model, platform);
  }

  /** @throws InvocationRefused when the function's concurrency is used up, or its runtime is not Node */
  invoke(
    payload: string,
    {
      traceId,
      requestId = this.#platform.randomUUID(),
      functionArn,
      clientContext,
      onLogLine,
    }: InvocationOptions & { functionArn: string },
  ): Promise<InvocationResult> {
    if (this.#nodeMajor === undefined) {
      throw new InvocationRefused(
        "InvalidRuntimeException",
        `${this.#model.name} declares ${this.#model.runtime}; the local cloud runs Node functions only.`,
      );
    }
    const limit = this.#model.reservedConcurrency ?? ACCOUNT_CONCURRENCY;
    if (this.#inFlight >= limit) {
      throw new InvocationRefused(
        "TooManyRequestsException",
        `Rate Exceeded. ${this.#model.name} may run ${limit} invocations at once, and does.`,
      );
    }
    this.#inFlight++;
    return new Promise((settle) => {
      const job: Job = { requestId, payload, traceId, functionArn, clientContext, onLogLine, settle };
      const warm = this.#idle.pop() ?? this.#withRoom();
      if (warm) warm.run(job);
      else this.#wait(job);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#scaleOut);
    clearTimeout(this.#release);
    const closing = [...this.#environments].map((environment) => environment.close());
    for (const job of this.#waiting.splice(0)) this.#abandon(job, { kind: "exit", code: 0 });
    await Promise.all(closing);
  }

  idle(environment: ExecutionEnvironment): void {
    if (this.#waiting.length === 0) {
      this.#idle.push(environment);
      if (this.#idle.length > 1) this.#release ??= setTimeout(() => this.#releaseIdle(), RELEASE_AFTER_MS).unref();
    }
    while (this.#waiting.length > 0 && environment.hasRoom) environment.run(this.#waiting.shift()!);
  }

  returned(jobs: Job[]): void {
    if (jobs.length === 0) return;
    this.#waiting.unshift(...jobs);
    this.#expectEnvironment();
  }

  gone(environment: ExecutionEnvironment, breakdown: Breakdown | undefined): void {
    this.#environments.delete(environment);
    const position = this.#idle.indexOf(environment);
    if (position >= 0) this.#idle.splice(position, 1);
    // An environment that never became ready was started for the invocation that waited longest.
    const unlucky = breakdown && this.#waiting.shift();
    if (unlucky) this.#abandon(unlucky, breakdown);
    if (this.#waiting.length > 0) this.#expectEnvironment();
  }

  log(line: string, job: Job | undefined): void {
    this.#log.write(line, job);
  }

  refusedCall({ service, operation }: { service: string; operation: string }, reason: string): void {
    const at = this.#platform.now();
    this.#platform.emit({ kind: "aws-api", at, service, operation, outcome: "NotServedByLocalCloud", reason });
  }

  started(job: Job): void {
    this.#log.start(job);
  }

  finished(job: Job, outcome: InvocationResult, report: Report): void {
    this.#inFlight--;
    this.#log.end(job, report);
    job.settle(outcome);
  }

  #withRoom(): ExecutionEnvironment | undefined {
    for (const environment of this.#environments) if (environment.hasRoom) return environment;
    return undefined;
  }

  #wait(job: Job): void {
    this.#waiting.push(job);
    this.#expectEnvironment();
  }

  /** Somebody waits: an environment is started when there is none, or when those there are do not become free soon. */
  #expectEnvironment(): void {
    if (this.#closed) return;
    if (this.#environments.size === 0) this.#start();
    const [oldest] = this.#waiting;
    this.#scaleOut ??= setTimeout(() => this.#scaleOutIfBehind(oldest), SCALE_OUT_AFTER_MS);
  }

  #scaleOutIfBehind(waited: Job | undefined): void {
    this.#scaleOut = undefined;
    if (this.#waiting.length === 0 || this.#closed) return;
    const starting = [...this.#environments].some((environment) => environment.starting);
    const stillWaits = waited !== undefined && this.#waiting.includes(waited);
    if (stillWaits && !starting && this.#environments.size < MOST_ENVIRONMENTS) this.#start();
    this.#expectEnvironment();
  }

  /** After a busy time one warm environment is enough. */
  #releaseIdle(): void {
    this.#release = undefined;
    for (const environment of this.#idle.slice(1)) void environment.close();
  }

  #start(): void {
    this.#announceRuntime();
    this.#log.initialization();
    const process = this.#spare.processFor(this.#model, () => this.#log.newStreamName(), this.#surroundings);
    this.#environments.add(new ExecutionEnvironment(this.#model, this, process, this.#surroundings));
  }

  /** Answers an invocation that no environment could take. */
  #abandon(job: Job, breakdown: Breakdown): void {
    this.#log.start(job);
    const status = breakdown.kind === "timeout" ? "timeout" : "error";
    const report: Report = { durationMs: 0, initMs: undefined, maxMemoryBytes: 0, status };
    this.finished(job, breakdownOutcome(breakdown, job.requestId), report);
  }

  #announceRuntime(): void {
    if (this.#announced) return;
    this.#announced = true;
    const { node } = process.versions;
    if (this.#nodeMajor === Number.parseInt(node, 10)) return;
    const { name, runtime } = this.#model;
    this.#log.write(`${name} declares ${runtime}; it runs here on Node ${node}, with the handler rules of ${runtime}.`);
  }
}
