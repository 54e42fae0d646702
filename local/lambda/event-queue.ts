/**
 * Asynchronous invocation: events wait for their function, failed ones are tried again, and what became of them goes to the
 * function's destinations (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html). How long is waited, and what a
 * destination is sent, was recorded on AWS by LocalStack's test_lambda_destinations, 2025-11.
 */
import type { AsynchronousModel, FunctionModel } from "../model.ts";
import { EVENT_LIMIT_BYTES, type InvocationResult, type InvokeFunction, type Platform } from "../platform.ts";
import { InvocationRefused } from "./invocation-refused.ts";

/** Before the second and the third try. */
const RETRY_AFTER_SECONDS = [60, 120];
/** After a refusal for want of concurrency, doubled each time. */
const THROTTLED_SECONDS = { first: 1, longest: 300 };
/** How often the clock is looked at, which a test may have moved. */
const LOOK_EVERY_MS = 1000;

/** How often a function runs in one chain (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html). */
const MOST_IN_CHAIN = 16;

/** Of all payloads that wait or run; a queue on AWS is as long as it has to be, and here it lies in memory. */
const MOST_BYTES = 67_108_864;
const MOST_EVENTS = 10_000;

const DEFAULTS: AsynchronousModel = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
  onSuccess: undefined,
  onFailure: undefined,
};

/** Where a service's name stands in the ARN of a destination → what would be asked of it. */
const OPERATIONS: Record<string, [service: string, operation: string]> = {
  sqs: ["SQS", "SendMessage"],
  sns: ["SNS", "Publish"],
  events: ["EventBridge", "PutEvents"],
  s3: ["S3", "PutObject"],
};

/** An event on its way to a function. */
interface QueuedEvent {
  /** As it was invoked, with the qualifier that was used. */
  functionArn: string;
  /** JSON text */
  payload: string;
  /** The same at every try. */
  requestId: string;
  traceId: string | undefined;
  /** Whose destinations led to it, without qualifiers, one for each invocation. */
  chain: readonly string[];
  enteredAt: number;
  /** How often the function has run with it. */
  runs: number;
  throttles: number;
}

const withoutQualifier = (functionArn: string): string => functionArn.split(":").slice(0, 7).join(":");

type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency";

/** The functions that run now. */
export interface RunningFunctions {
  functions: readonly FunctionModel[];
  invoke: InvokeFunction;
}

export class EventQueue {
  readonly #platform: Platform;
  readonly #waiting = new Map<QueuedEvent, number>();
  /** What waits and what runs, with the bytes of its payload. */
  readonly #held = new Map<QueuedEvent, number>();
  #heldBytes = 0;
  #running: RunningFunctions = { functions: [], invoke: () => Promise.reject(new Error("No function runs.")) };
  #timer: NodeJS.Timeout | undefined;
  /** What is tried while the events of before have been forgotten is forgotten with them. */
  #round = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Events that wait go to these functions from now on. */
  takeOver(running: RunningFunctions): void {
    this.#running = running;
  }

  /**
   * @param functionArn with the qualifier that it was asked for by, if by any
   * @param payload JSON text
   * @throws InvocationRefused TooManyRequestsException
   */
  put(
    functionArn: string,
    payload: string,
    { requestId, traceId, chain = [] }: { requestId: string; traceId?: string | undefined; chain?: readonly string[] },
  ): void {
    const bytes = Buffer.byteLength(payload);
    if (this.#held.size >= MOST_EVENTS || this.#heldBytes + bytes > MOST_BYTES) {
      const most = `${MOST_EVENTS} or ${MOST_BYTES} bytes at most`;
      const message = `${this.#held.size} events wait for their functions already, and the local cloud holds ${most}.`;
      throw new InvocationRefused("TooManyRequestsException", message);
    }
    const event: QueuedEvent = {
      ...{ functionArn, payload, requestId, traceId, chain },
      ...{ enteredAt: this.#platform.now(), runs: 0, throttles: 0 },
    };
    this.#held.set(event, bytes);
    this.#heldBytes += bytes;
    void this.#attempt(event);
  }

  #letGo(event: QueuedEvent): void {
    this.#heldBytes -= this.#held.get(event) ?? 0;
    this.#held.delete(event);
  }

  /** Tries again what is due by the clock. */
  runDue(): void {
    const now = this.#platform.now();
    for (const [event, due] of [...this.#waiting]) {
      if (due > now) continue;
      this.#waiting.delete(event);
      void this.#attempt(event);
    }
    this.#watch();
  }

  /** Drops what waits, and what is being tried if it fails. */
  forget(): void {
    this.#round++;
    this.#waiting.clear();
    this.#held.clear();
    this.#heldBytes = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    const round = this.#round;
    const { functionArn, payload, requestId, traceId } = event;
    if (this.#functionOf(event)?.reservedConcurrency === 0) {
      this.#end(event, "ZeroReservedConcurrency", undefined, "The function reserves no concurrency.");
      return;
    }
    const result = await this.#running
      .invoke(functionArn, payload, { requestId, traceId })
      .catch((error: Error) => error);
    if (round !== this.#round) return;
    if (result instanceof Error) this.#refused(event, result);
    else this.#ran(event, result);
  }

  #ran(event: QueuedEvent, result: InvocationResult): void {
    event.runs++;
    const { maximumRetryAttempts } = this.#settingsOf(event);
    const why = result.reason ?? "The function failed.";
    const seconds = RETRY_AFTER_SECONDS[event.runs - 1] ?? RETRY_AFTER_SECONDS.at(-1)!;
    if (result.functionError === undefined) this.#end(event, "Success", result);
    else if (event.runs > maximumRetryAttempts) this.#end(event, "RetriesExhausted", result, why);
    else if (this.#isTooOld(event, seconds)) this.#end(event, "EventAgeExceeded", result, why);
    else {
      this.#tell("Unhandled", `${why} It is tried again in ${seconds} seconds.`);
      this.#wait(event, seconds);
    }
  }

  #refused(event: QueuedEvent, { name, message }: Error): void {
    const seconds = Math.min(THROTTLED_SECONDS.longest, THROTTLED_SECONDS.first * 2 ** event.throttles++);
    if (name !== "TooManyRequestsException") {
      this.#letGo(event);
      this.#tell(name, `${message} The event is dropped.`);
    } else if (this.#isTooOld(event, seconds)) this.#end(event, "EventAgeExceeded", undefined, message);
    else this.#wait(event, seconds);
  }

  /** It is not waited for the end of its time: when the next try would come too late there is none. */
  #isTooOld(event: QueuedEvent, seconds: number): boolean {
    const age = this.#platform.now() - event.enteredAt;
    return age + seconds * 1000 >= this.#settingsOf(event).maximumEventAgeSeconds * 1000;
  }

  #wait(event: QueuedEvent, seconds: number): void {
    this.#waiting.set(event, this.#platform.now() + seconds * 1000);
    this.#watch();
  }

  #watch(): void {
    if (this.#timer || this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.runDue();
    }, LOOK_EVERY_MS).unref();
  }

  /** @param why it failed, for a person */
  #end(event: QueuedEvent, condition: Condition, result: InvocationResult | undefined, why?: string): void {
    this.#letGo(event);
    const { onSuccess, onFailure } = this.#settingsOf(event);
    const deadLetters = this.#functionOf(event)?.deadLetterTarget;
    const succeeded = condition === "Success";
    if (why !== undefined) this.#tell(condition, `${why} The event is not tried again.`);
    const destination = succeeded ? onSuccess : onFailure;
    if (destination) this.#send(destination, event, this.#record(event, condition, result));
    if (!succeeded && deadLetters) this.#send(deadLetters, event);
  }

  /** @param record `undefined`: the event itself, as a dead letter */
  #send(target: string, event: QueuedEvent, record?: string): void {
    const [, , service = "", , , kind] = target.split(":");
    if (service === "lambda" && kind === "function" && record) {
      this.#invokeWith(record, target, event);
      return;
    }
    const [named, operation] = OPERATIONS[service] ?? [service, "send"];
    const what = record ? "record of the invocation" : "dead letter";
    const reason = `The ${what} ${event.requestId} of ${event.functionArn} would go to ${target} now, and ${named} does not run here.`;
    this.#tell("NotServedByLocalCloud", reason, named, operation);
  }

  /** @param record of the event's invocation */
  #invokeWith(record: string, target: string, { functionArn, requestId, traceId, chain }: QueuedEvent): void {
    const next = [...chain, withoutQualifier(functionArn)];
    const bytes = Buffer.byteLength(record);
    const arn = withoutQualifier(target);
    if (next.filter((one) => one === arn).length >= MOST_IN_CHAIN) {
      const why = `${arn} has run ${MOST_IN_CHAIN} times in one chain of destinations, which is a loop.`;
      this.#tell("RecursiveInvocationException", `${why} The event is dropped.`);
    } else if (bytes > EVENT_LIMIT_BYTES) {
      const why = `The record of the invocation ${requestId} has ${bytes} bytes, which is larger than the ${EVENT_LIMIT_BYTES} of an event.`;
      this.#tell("RequestEntityTooLargeException", `${why} It does not go to ${target}.`);
    } else {
      try {
        this.put(target, record, { requestId: this.#platform.randomUUID(), traceId, chain: next });
      } catch (error) {
        this.#tell((error as Error).name, `${(error as Error).message} The event is dropped.`);
      }
    }
  }

  /** JSON text. Payloads go into it as they are: to read and write one again would take numbers and depth from it. */
  #record(event: QueuedEvent, condition: Condition, result: InvocationResult | undefined): string {
    const { functionArn, requestId, payload, runs } = event;
    const { qualifier, isQualified } = this.#qualifierOf(event);
    const executedVersion = this.#functionOf(event)?.qualifiers[qualifier] ?? qualifier;
    const head = JSON.stringify({
      version: "1.0",
      timestamp: new Date(this.#platform.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: isQualified ? functionArn : `${functionArn}:${qualifier}`,
        condition,
        approximateInvokeCount: runs,
      },
    });
    const request = `${head.slice(0, -1)},"requestPayload":${payload}`;
    if (!result) return `${request}}`;
    const { functionError } = result;
    const context = { statusCode: 200, executedVersion, ...(functionError && { functionError }) };
    return `${request},"responseContext":${JSON.stringify(context)},"responsePayload":${result.payload}}`;
  }

  #functionOf({ functionArn }: QueuedEvent): FunctionModel | undefined {
    return this.#running.functions.find(({ arn }) => functionArn === arn || functionArn.startsWith(`${arn}:`));
  }

  #qualifierOf(event: QueuedEvent): { qualifier: string; isQualified: boolean } {
    const given = event.functionArn.slice((this.#functionOf(event)?.arn.length ?? 0) + 1);
    return { qualifier: given || "$LATEST", isQualified: given !== "" };
  }

  #settingsOf(event: QueuedEvent): AsynchronousModel {
    return this.#functionOf(event)?.asynchronous[this.#qualifierOf(event).qualifier] ?? DEFAULTS;
  }

  #tell(outcome: string, reason: string, service = "Lambda", operation = "Invoke"): void {
    this.#platform.emit({ kind: "aws-api", at: this.#platform.now(), service, operation, outcome, reason });
  }
}
