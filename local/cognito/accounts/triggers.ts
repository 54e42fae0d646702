/**
 * What a pool's Lambda triggers and its threat protection decide. Neither runs here, so whatever one of them decides is
 * refused, with the reason: an account, a sign-in or a token that AWS might refuse is never given. This is the only place
 * that knows; a trigger that is served takes its name off the list here.
 */
import type { AppClientModel, TriggerName } from "../../model.ts";
import { CognitoError } from "../errors.ts";
import type { Pool } from "../pool.ts";

type Moment = "sign-up" | "sign-in" | "tokens";

const DECIDING: Record<Moment, { triggers: TriggerName[]; what: string }> = {
  "sign-up": { triggers: ["preSignUp"], what: "who may have an account" },
  "sign-in": { triggers: ["preAuthentication", "postAuthentication"], what: "who may sign in" },
  tokens: { triggers: ["preTokenGeneration"], what: "what a token says" },
};

/**
 * @param client whose sign-in it is; `undefined` for an administrator's operation
 * @throws CognitoError UnexpectedLambdaException, InvalidUserPoolConfigurationException
 */
export function refuseUnservedDecision(pool: Pool, moment: Moment, client?: AppClientModel): void {
  const { triggers, what } = DECIDING[moment];
  for (const name of triggers) {
    const trigger = pool.model.triggers[name];
    if (trigger)
      throw new CognitoError(
        "UnexpectedLambdaException",
        `The ${name} trigger of this user pool (${functionName(trigger.functionArn)}) decides ${what}, and the local cloud does not call triggers. Leave it out of lambdaConfig in a local stack.`,
      );
  }
  if (
    moment === "sign-in" &&
    pool.model.riskActions.some(({ clientId }) => clientId === undefined || clientId === client?.id)
  )
    throw new CognitoError(
      "InvalidUserPoolConfigurationException",
      "The risk configuration of this user pool blocks or challenges risky sign-ins, and the local cloud rates none. Leave its actions out of a local stack.",
    );
}

const functionName = (arn: string): string => arn.split(":")[6] ?? arn;
