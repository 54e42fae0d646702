/** One user pool at run time: what the program declared, joined with what the state holds. */
import type { AppClientModel, UserPoolModel } from "../model.ts";
import type { CloudEvent, Platform } from "../platform.ts";
import { CodeTable } from "./state/codes.ts";
import { DeviceTable } from "./state/devices.ts";
import { GrantTable } from "./state/grants.ts";
import { GroupTable } from "./state/groups.ts";
import { type KeyRing, keyRing } from "./state/keys.ts";
import type { Outbox } from "./state/messages.ts";
import { PasskeyTable } from "./state/passkeys.ts";
import { SignInFlows, SignInSessions } from "./state/sign-in-sessions.ts";
import { type User, UserTable } from "./state/users.ts";
import type { TriggerFunctions } from "./triggers/functions.ts";

type Unstamped<Event> = Event extends unknown ? Omit<Event, "at" | "userPoolId"> : never;

/** What happened in a pool: when, and in which one, the pool says itself. */
export type PoolEvent = Unstamped<Extract<CloudEvent, { userPoolId: string }>>;

export interface Pool {
  model: UserPoolModel;
  /** `iss` of every token, and the base of the discovery document. */
  issuer: string;
  /** Origin of the pool's first hosted-UI domain; `undefined` without one. */
  hostedUiOrigin: string | undefined;
  platform: Platform;
  functions: TriggerFunctions;
  keys: KeyRing;
  users: UserTable;
  groups: GroupTable;
  codes: CodeTable;
  outbox: Outbox;
  sessions: SignInSessions;
  flows: SignInFlows;
  grants: GrantTable;
  devices: DeviceTable;
  passkeys: PasskeyTable;
  client(id: string): AppClientModel | undefined;
  /** Runs work on one user after whatever else is under way for that user: guesses cannot be made side by side. */
  inTurn<T>(sub: string, work: () => Promise<T>): Promise<T>;
  /** Writes it to the request log. */
  report(event: PoolEvent): void;
}

export function openPool(
  model: UserPoolModel,
  options: {
    issuer: string;
    hostedUiOrigin: string | undefined;
    platform: Platform;
    functions: TriggerFunctions;
    outbox: Outbox;
  },
): Pool {
  const { platform } = options;
  const turns = new Map<string, Promise<unknown>>();
  const clients = new Map(model.clients.map((client) => [client.id, client]));
  return {
    model,
    ...options,
    keys: keyRing(model.id, platform),
    users: new UserTable(model, platform),
    groups: new GroupTable(model, platform),
    codes: new CodeTable(model.id, platform),
    sessions: new SignInSessions(model.id, platform),
    flows: new SignInFlows(model.id, platform),
    grants: new GrantTable(model.id, platform),
    devices: new DeviceTable(model.id, platform),
    passkeys: new PasskeyTable(model.id, platform),
    client: (id) => clients.get(id),
    inTurn(sub, work) {
      const turn = (turns.get(sub) ?? Promise.resolve()).then(work, work);
      turns.set(sub, turn);
      const done = () => {
        if (turns.get(sub) === turn) turns.delete(sub);
      };
      turn.then(done, done);
      return turn;
    },
    report: (event) => platform.emit({ at: platform.now(), userPoolId: model.id, ...event }),
  };
}

/** @param action what the user did, or what was done to the user: "signed up" */
export const reportUser = (pool: Pool, { username }: Pick<User, "username">, action: string): void =>
  pool.report({ kind: "user", username, action });

/** @param outcome "signed in", "refused" @param reason why it was refused, for a person */
export const reportSignIn = (
  pool: Pool,
  client: Pick<AppClientModel, "id">,
  username: string,
  outcome: string,
  reason?: string,
): void =>
  pool.report({ kind: "sign-in", clientId: client.id, username, outcome, ...(reason !== undefined && { reason }) });
