/**
 * Asynchronous invocation: events wait for their function, failed ones are tried again, and what became of them goes to the
 * function's destinations (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html). How long is waited, and what a
 * destination is sent, was recorded on AWS by LocalStack's test_lambda_destinations, 2025-11.
 */
import type { AsynchronousModel, FunctionModel } from "../model.ts";
import type { InvocationResult, InvokeFunction, Platform } from "../platform.ts";

/** Before the second and the third try. */
const RETRY_AFTER_SECONDS = [60, 120];
/** After a refusal for want of concurrency, doubled each time. */
const THROTTLED_SECONDS = { first: 1, longest: 300 };
/** How often the clock is looked at, which a test may have moved. */
const LOOK_EVERY_MS = 1000;

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
  enteredAt: number;
  /** How often the function has run with it. */
  runs: number;
  throttles: number;
}

type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency";

/** The functions that run now. */
export interface RunningFunctions {
  functions: readonly FunctionModel[];
  invoke: InvokeFunction;
}

export class EventQueue {
  readonly #platform: Platform;
  readonly #waiting = new Map<QueuedEvent, number>();
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

  /** @param functionArn with the qualifier that it was asked for by, if by any */
  put(
    functionArn: string,
    payload: string,
    { requestId, traceId }: { requestId: string; traceId?: string | undefined },
  ) {
    void this.#attempt({
      ...{ functionArn, payload, requestId, traceId },
      ...{ enteredAt: this.#platform.now(), runs: 0, throttles: 0 },
    });
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
    if (name !== "TooManyRequestsException") this.#tell(name, `${message} The event is dropped.`);
    else if (this.#isTooOld(event, seconds)) this.#end(event, "EventAgeExceeded", undefined, message);
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
    const { onSuccess, onFailure } = this.#settingsOf(event);
    const deadLetters = this.#functionOf(event)?.deadLetterTarget;
    const succeeded = condition === "Success";
    if (why !== undefined) this.#tell(condition, `${why} The event is not tried again.`);
    const destination = succeeded ? onSuccess : onFailure;
    if (destination) this.#send(destination, event, this.#record(event, condition, result));
    if (!succeeded && deadLetters) this.#send(deadLetters, event);
  }

  /** @param record `undefined`: the event itself, as a dead letter */
  #send(target: string, event: QueuedEvent, record?: object): void {
    const [, , service = "", , , kind] = target.split(":");
    if (service === "lambda" && kind === "function" && record) {
      const requestId = this.#platform.randomUUID();
      this.put(target, JSON.stringify(record), { requestId, traceId: event.traceId });
      return;
    }
    const [named, operation] = OPERATIONS[service] ?? [service, "send"];
    const what = record ? "record of the invocation" : "dead letter";
    const reason = `The ${what} ${event.requestId} of ${event.functionArn} would go to ${target} now, and ${named} does not run here.`;
    this.#tell("NotServedByLocalCloud", reason, named, operation);
  }

  #record(event: QueuedEvent, condition: Condition, result: InvocationResult | undefined): object {
    const { functionArn, requestId, payload, runs } = event;
    const { qualifier, isQualified } = this.#qualifierOf(event);
    const executedVersion = this.#functionOf(event)?.qualifiers[qualifier] ?? qualifier;
    return {
      version: "1.0",
      timestamp: new Date(this.#platform.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: isQualified ? functionArn : `${functionArn}:${qualifier}`,
        condition,
        approximateInvokeCount: runs,
      },
      requestPayload: JSON.parse(payload),
      ...(result && {
        responseContext: {
          ...{ statusCode: 200, executedVersion },
          ...(result.functionError && { functionError: result.functionError }),
        },
        responsePayload: JSON.parse(result.payload),
      }),
    };
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
