/** One user pool at run time: what the program declared, joined with what the state holds. */
import type { AppClientDefinition, UserPoolDefinition } from "../definitions.ts";
import type { World } from "../world.ts";
import { CodeTable } from "./state/codes.ts";
import { GrantTable } from "./state/grants.ts";
import { GroupTable } from "./state/groups.ts";
import { type KeyRing, keyRing } from "./state/keys.ts";
import type { Outbox } from "./state/messages.ts";
import { SignInFlows, SignInSessions } from "./state/sign-in-state.ts";
import { UserTable } from "./state/users.ts";

export interface Pool {
  definition: UserPoolDefinition;
  /** `iss` of every token, and the base of the discovery document. */
  issuer: string;
  /** Origin of the pool's first hosted-UI domain; `undefined` without one. */
  hostedUiOrigin: string | undefined;
  world: World;
  keys: KeyRing;
  users: UserTable;
  groups: GroupTable;
  codes: CodeTable;
  outbox: Outbox;
  sessions: SignInSessions;
  flows: SignInFlows;
  grants: GrantTable;
  client(id: string): AppClientDefinition | undefined;
  /** Runs work on one user after whatever else is under way for that user: guesses cannot be made side by side. */
  inTurn<T>(sub: string, work: () => Promise<T>): Promise<T>;
}

export function openPool(
  definition: UserPoolDefinition,
  options: { issuer: string; hostedUiOrigin: string | undefined; world: World; outbox: Outbox },
): Pool {
  const { world } = options;
  const turns = new Map<string, Promise<unknown>>();
  const clients = new Map(definition.clients.map((client) => [client.id, client]));
  return {
    definition,
    ...options,
    keys: keyRing(definition.id, world),
    users: new UserTable(definition, world),
    groups: new GroupTable(definition, world),
    codes: new CodeTable(definition.id, world),
    sessions: new SignInSessions(definition.id, world),
    flows: new SignInFlows(definition.id, world),
    grants: new GrantTable(definition.id, world),
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
  };
}
