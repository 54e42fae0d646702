/**
 * The `context` object of a Node handler (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html).
 */
import type { InvocationHead, RuntimeSettings } from "../protocol.ts";

/** Up to Node 22, what finishes an invocation without a promise. */
export interface LegacyCompletion {
  done(error: unknown, result?: unknown): void;
  succeed(result: unknown): void;
  fail(error: unknown): void;
}

export interface LegacyContext {
  callbackWaitsForEmptyEventLoop: boolean;
}

export function handlerContext(settings: RuntimeSettings, invocation: InvocationHead): object {
  const deadline = Date.now() + settings.timeoutMs;
  return {
    clientContext: invocation.clientContext === undefined ? undefined : JSON.parse(invocation.clientContext),
    identity: undefined,
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: invocation.requestId,
    tenantId: undefined,
    xRayTraceId: invocation.traceId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    functionName: settings.functionName,
    functionVersion: settings.functionVersion,
    memoryLimitInMB: String(settings.memorySizeMb),
    logGroupName: settings.logGroupName,
    logStreamName: settings.logStreamName,
  };
}

/** The context of Node 20 and 22, which has no trace id of its own and can end the invocation itself. */
export function legacyHandlerContext(
  settings: RuntimeSettings,
  invocation: InvocationHead,
  completion: LegacyCompletion,
): LegacyContext {
  const { xRayTraceId: _, ...context } = handlerContext(settings, invocation) as Record<string, unknown>;
  return { callbackWaitsForEmptyEventLoop: true, ...completion, ...context };
}
