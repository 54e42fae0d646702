/**
 * One function: its concurrency, its execution environments and the service's lines in its log
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html).
 */
import type { FunctionDefinition } from "../definitions.ts";
import type { Invocation, World } from "../world.ts";
import { runtimeMajor } from "./environment-variables.ts";
import { type EnvironmentOwner, ExecutionEnvironment, type Job, type Report } from "./execution-environment.ts";
import { InvocationRefused } from "./invocation-refused.ts";
import { type Breakdown, breakdownOutcome } from "./outcomes.ts";
import { ServiceLog } from "./service-log.ts";

/** What an account may run at once, unless the function reserves less. */
const ACCOUNT_CONCURRENCY = 1000;
/** Environments of one function on this machine; more invocations at once wait for one of them. */
const MOST_ENVIRONMENTS = 10;
/** How long an invocation waits for a warm environment before another one is started. */
const SCALE_OUT_AFTER_MS = 20;

export class DeployedFunction implements EnvironmentOwner {
  readonly #definition: FunctionDefinition;
  readonly #world: World;
  readonly #log: ServiceLog;
  readonly #nodeMajor: number | undefined;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  #waiting: Job[] = [];
  #inFlight = 0;
  #scaleOut: NodeJS.Timeout | undefined;
  #announced = false;
  #closed = false;

  constructor(definition: FunctionDefinition, world: World) {
    this.#definition = definition;
    this.#world = world;
    this.#nodeMajor = runtimeMajor(definition.runtime);
    this.#log = new ServiceLog(definition, world);
  }

  /** @throws InvocationRefused when the function's concurrency is used up, or its runtime is not Node */
  invoke(payload: string, traceId: string | undefined): Promise<Invocation> {
    if (this.#nodeMajor === undefined) {
      throw new InvocationRefused(
        "InvalidRuntimeException",
        `${this.#definition.name} declares ${this.#definition.runtime}; the local cloud runs Node functions only.`,
      );
    }
    const limit = this.#definition.reservedConcurrency ?? ACCOUNT_CONCURRENCY;
    if (this.#inFlight >= limit) {
      throw new InvocationRefused(
        "TooManyRequestsException",
        `Rate Exceeded. ${this.#definition.name} may run ${limit} invocations at once, and does.`,
      );
    }
    this.#inFlight++;
    return new Promise((settle) => {
      const job: Job = { requestId: this.#world.randomUUID(), payload, traceId, settle };
      const warm = this.#idle.pop();
      if (warm) this.#run(warm, job);
      else this.#wait(job);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#scaleOut);
    for (const job of this.#waiting.splice(0)) this.#abandon(job, { kind: "exit", code: 0 });
    await Promise.all([...this.#environments].map((environment) => environment.close()));
  }

  idle(environment: ExecutionEnvironment): void {
    const next = this.#waiting.shift();
    if (next) this.#run(environment, next);
    else this.#idle.push(environment);
  }

  gone(environment: ExecutionEnvironment, breakdown: Breakdown | undefined): void {
    this.#environments.delete(environment);
    const position = this.#idle.indexOf(environment);
    if (position >= 0) this.#idle.splice(position, 1);
    // An environment that never became ready was started for the invocation that waited longest.
    const unlucky = breakdown && this.#waiting.shift();
    if (unlucky) this.#abandon(unlucky, breakdown);
    if (this.#waiting.length > 0 && this.#environments.size === 0) this.#start();
  }

  log(line: string): void {
    this.#log.write(line);
  }

  finished(job: Job, outcome: Invocation, report: Report): void {
    this.#inFlight--;
    this.#log.end(job, report);
    job.settle(outcome);
  }

  #run(environment: ExecutionEnvironment, job: Job): void {
    this.#log.start(job);
    environment.run(job);
  }

  #wait(job: Job): void {
    this.#waiting.push(job);
    if (this.#environments.size === 0) this.#start();
    this.#scaleOut ??= setTimeout(() => this.#scaleOutIfBehind(job), SCALE_OUT_AFTER_MS);
  }

  #scaleOutIfBehind(waited: Job): void {
    this.#scaleOut = undefined;
    const oldest = this.#waiting[0];
    if (!oldest || this.#closed) return;
    const starting = [...this.#environments].some((environment) => environment.starting);
    if (this.#waiting.includes(waited) && !starting && this.#environments.size < MOST_ENVIRONMENTS) this.#start();
    this.#scaleOut = setTimeout(() => this.#scaleOutIfBehind(oldest), SCALE_OUT_AFTER_MS);
  }

  #start(): void {
    if (this.#closed) return;
    this.#announceRuntime();
    this.#environments.add(new ExecutionEnvironment(this.#definition, this, this.#log.streamName));
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
    const { name, runtime } = this.#definition;
    this.#log.write(`${name} declares ${runtime}; it runs here on Node ${node}, with the handler rules of ${runtime}.`);
  }
}
