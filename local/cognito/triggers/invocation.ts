/**
 * One call of a user pool's Lambda trigger: permission, the time limit with its attempts, and what the function answered or
 * why it could not (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
 */
import type { TriggerModel } from "../../model.ts";
import { mayInvoke } from "../../permissions/function-permission.ts";
import type { InvocationResult } from "../../platform.ts";
import { CognitoError } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { type TriggerEvent, validResponse } from "./response.ts";

/** As many times a function is invoked that does not answer in time. */
const ATTEMPTS = 3;

/**
 * @returns the function's `response`, whose members have the types that Cognito takes
 * @throws CognitoError UserLambdaValidationException with the function's own words, InvalidLambdaResponseException,
 *   UnexpectedLambdaException when the function could not be called
 */
export async function invokeTrigger(
  pool: Pool,
  { functionArn }: TriggerModel,
  event: TriggerEvent,
): Promise<Record<string, unknown>> {
  const begun = pool.platform.now();
  const tell = (outcome: "answered" | "failed", reason?: string) =>
    tellTrigger(pool, functionArn, event.triggerSource, { outcome, reason, begun });
  try {
    const response = validResponse(await answer(pool, functionArn, event), event);
    tell("answered");
    return response;
  } catch (error) {
    tell("failed", error instanceof CognitoError ? (error.reason ?? error.message) : String(error));
    throw error;
  }
}

/** Writes what came of a trigger to the request log. @param begun milliseconds, for a call that took its time */
export function tellTrigger(
  pool: Pool,
  functionArn: string,
  triggerSource: string,
  { outcome, reason, begun }: { outcome: "answered" | "failed"; reason?: string | undefined; begun?: number },
): void {
  pool.report({
    kind: "trigger",
    functionName: functionArn.split(":")[6] ?? functionArn,
    triggerSource,
    durationMs: begun === undefined ? 0 : pool.platform.now() - begun,
    outcome,
    ...(reason !== undefined && { reason }),
  });
}

async function answer(pool: Pool, functionArn: string, event: TriggerEvent): Promise<string> {
  const name = event.triggerSource.split("_")[0]!;
  const trigger = name === "TokenGeneration" ? "PreTokenGeneration" : name;
  const impossible = (what: string, reason: string) =>
    new CognitoError("UnexpectedLambdaException", `${trigger} invocation failed due to error ${what}.`, reason);
  const { invoke, permissions, timeLimitMs } = pool.functions;
  if (!mayInvoke(permissions, "cognito-idp", functionArn, [pool.model.arn]))
    throw impossible(
      "AccessDeniedException",
      `The user pool may not invoke ${functionArn}. Declare an aws.lambda.Permission for it: { action: "lambda:InvokeFunction", principal: "cognito-idp.amazonaws.com", sourceArn: pool.arn }`,
    );
  const payload = JSON.stringify(event);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    let result: InvocationResult | undefined;
    try {
      result = await within(timeLimitMs, invoke(functionArn, payload));
    } catch (error) {
      const { name: refusal, message } = error as Error;
      // A function that is not there is told from one that may not be called by nobody.
      throw impossible(refusal === "ResourceNotFoundException" ? "AccessDeniedException" : refusal, message);
    }
    if (!result) continue;
    if (result.functionError === undefined) return result.payload;
    throw new CognitoError(
      "UserLambdaValidationException",
      `${trigger} failed with error ${errorMessage(result.payload)}.`,
      result.reason,
    );
  }
  throw impossible(
    "Socket timeout while invoking Lambda function",
    `The function did not answer within ${timeLimitMs / 1000} seconds in ${ATTEMPTS} attempts.`,
  );
}

/** @returns nothing when the time is over; what is under way then goes on, as on AWS */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

function errorMessage(payload: string): string {
  try {
    const { errorMessage: message } = JSON.parse(payload) as { errorMessage?: unknown };
    return typeof message === "string" ? message : JSON.stringify(message ?? null);
  } catch {
    return payload;
  }
}
