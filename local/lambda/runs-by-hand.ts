/**
 * Functions that a person runs: with an event of one of the sources that invoke them on AWS, or with any event. A source may
 * invoke only what its permission lets it, as on AWS.
 */
import type { CloudModel, EventSourceModel } from "../model.ts";
import { mayInvoke } from "../permissions/function-permission.ts";
import type { InvokeFunction, Platform } from "../platform.ts";
import { sampleEvent } from "./sample-events.ts";

/** Of a longer result the beginning is told. */
const LONGEST_TOLD = 4000;

export interface RunnableFunction {
  name: string;
  runtime: string | undefined;
  /** Why it does not run here. */
  because: string | undefined;
  sources: RunnableSource[];
}

export interface RunnableSource {
  id: string;
  name: string;
  kind: EventSourceModel["kind"];
  what: string;
  /** Disabled sources can be run all the same. */
  enabled: boolean;
  /** JSON text */
  event: string;
}

export interface RunOutcome {
  outcome: "answered" | "failed" | "refused";
  /** JSON text */
  result: string | undefined;
  reason: string | undefined;
  durationMs: number;
}

export interface RunsByHand {
  functions(): RunnableFunction[];
  /**
   * @param sourceId of what is to invoke it; `undefined`: the person
   * @param event JSON text
   * @returns `undefined` when there is no such function or source; a run is an event of the log too
   */
  run(functionName: string, sourceId: string | undefined, event: string): Promise<RunOutcome | undefined>;
}

export function runsByHand(model: CloudModel, invoke: InvokeFunction, platform: Platform): RunsByHand {
  const { functions, functionsElsewhere, eventSources, functionPermissions, region, accountId } = model;
  const all = [
    ...functions.map(({ name, arn, runtime }) => ({ name, arn, runtime, because: undefined })),
    ...functionsElsewhere.map(({ name, arn, because }) => ({ name, arn, runtime: undefined, because })),
  ];
  const sourcesOf = (arn: string) =>
    eventSources.filter(({ functionArn }) => functionArn === arn || functionArn.startsWith(`${arn}:`));
  const described = (source: EventSourceModel): RunnableSource => {
    const { id, name, kind, what, enabled } = source;
    return { id, name, kind, what, enabled, event: sampleEvent(source, { region, accountId }, platform) };
  };

  async function invoked(
    arn: string,
    source: EventSourceModel | undefined,
    event: string,
  ): Promise<Omit<RunOutcome, "durationMs">> {
    const refusal = source && refused(source);
    if (refusal !== undefined) return { outcome: "refused", result: undefined, reason: refusal };
    try {
      const { payload, functionError, reason } = await invoke(source?.functionArn ?? arn, event);
      return { outcome: functionError ? "failed" : "answered", result: payload, reason };
    } catch (error) {
      return { outcome: "refused", result: undefined, reason: (error as Error).message };
    }
  }

  function refused({ invokedBy, functionArn, arn }: EventSourceModel): string | undefined {
    if (!invokedBy || mayInvoke(functionPermissions, invokedBy, functionArn, [arn])) return undefined;
    return (
      `${invokedBy}.amazonaws.com may not invoke the function for ${arn}. ` +
      `Declare an aws.lambda.Permission with principal "${invokedBy}.amazonaws.com" and this sourceArn.`
    );
  }

  return {
    functions: () =>
      all.map(({ name, arn, runtime, because }) => ({
        name,
        runtime,
        because,
        sources: sourcesOf(arn).map(described),
      })),
    async run(functionName, sourceId, event) {
      const found = all.find(({ name }) => name === functionName);
      const source = found && sourcesOf(found.arn).find(({ id }) => id === sourceId);
      if (!found || (sourceId !== undefined && !source)) return undefined;
      const at = platform.now();
      const startedAt = performance.now();
      const outcome = { ...(await invoked(found.arn, source, event)), durationMs: performance.now() - startedAt };
      platform.emit({
        kind: "run-by-hand",
        ...{ at, functionName, source: source ? `${source.kind} ${source.name}` : undefined },
        ...{ outcome: outcome.outcome, durationMs: outcome.durationMs, reason: outcome.reason },
        result: outcome.result?.slice(0, LONGEST_TOLD),
      });
      return outcome;
    },
  };
}
