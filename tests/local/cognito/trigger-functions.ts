/** Pools whose Lambda triggers are handlers that a test holds in its hand. */
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { TriggerFunctions } from "../../../local/cognito/triggers/functions.ts";
import type { AppClientModel, TriggerName, UserPoolModel } from "../../../local/model.ts";
import { apiClient, ClientId } from "./api-calls.ts";
import { appClient, password, type RunningCognito, startCognito, userPool } from "./harness.ts";

export const Username = "ada@example.com";

/** As a handler sees it. */
export type Event = any;
export type Handler = (event: Event) => unknown;

export interface Setting {
  pool?: Partial<UserPoolModel>;
  client?: Partial<AppClientModel>;
  version?: string;
  permitted?: string | false;
  timeLimitMs?: number;
}

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

interface Triggers {
  /** As the pool declares them. */
  triggers: UserPoolModel["triggers"];
  functions: TriggerFunctions;
  /** What the handlers were called with. */
  events: Event[];
}

/** @param setting `permitted`: the ARN of what may invoke them, if anything */
export function triggersOf(
  handlers: Partial<Record<TriggerName, Handler>>,
  { version, permitted, timeLimitMs = 5000 }: Pick<Setting, "version" | "permitted" | "timeLimitMs">,
): Triggers {
  const events: Event[] = [];
  const names = Object.keys(handlers) as TriggerName[];
  const triggers: UserPoolModel["triggers"] = {};
  for (const name of names)
    triggers[name] = { functionArn: arnOf(name), version: name === "preTokenGeneration" ? version : undefined };
  const functions: TriggerFunctions = {
    timeLimitMs,
    permissions:
      permitted === false
        ? []
        : names.map((name) => ({
            functionArn: arnOf(name),
            principal: "cognito-idp.amazonaws.com",
            sourceArn: permitted,
          })),
    async invoke(arn, payload) {
      const event = JSON.parse(payload);
      events.push(structuredClone(event));
      try {
        const answered = await handlers[arn.split(":")[6] as TriggerName]!(event);
        return { payload: JSON.stringify(answered ?? null), functionError: undefined, reason: undefined };
      } catch (error) {
        const { name, message } = error as Error;
        return {
          payload: JSON.stringify({ errorType: name, errorMessage: message }),
          functionError: "Unhandled",
          reason: `The function threw ${name}: ${message}.`,
        };
      }
    },
  };
  return { triggers, functions, events };
}

/** A pool whose triggers are the handlers; `events` is what they were called with. */
export async function withTriggers(
  handlers: Partial<Record<TriggerName, Handler>>,
  { pool, client, ...setting }: Setting,
  work: (cloud: RunningCognito, aws: sdk.CognitoIdentityProviderClient, events: Event[]) => Promise<void>,
) {
  const permitted = setting.permitted ?? userPool(pool).arn;
  const { triggers, functions, events } = triggersOf(handlers, { ...setting, permitted });
  const model = userPool({ triggers, clients: [appClient(client)], ...pool });
  const cloud = await startCognito([model], undefined, functions);
  const aws = apiClient(cloud);
  try {
    await work(cloud, aws, events);
  } finally {
    aws.destroy();
    await cloud.close();
  }
}

export const throwing = (message: string) => () => {
  throw new Error(message);
};
export const same: Handler = (event) => event;
export const signUp = (aws: sdk.CognitoIdentityProviderClient, more: Partial<sdk.SignUpCommandInput> = {}) =>
  aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password, ...more }));
export const sources = (events: Event[]) => events.map((event) => event.triggerSource);
