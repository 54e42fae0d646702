/**
 * The user-pool service: what the rest of the local cloud sees of Cognito. It is given pools as a program declared them
 * and a platform to live in, and answers HTTP requests; ports, names and wiring are its caller's.
 */
import type { UserPoolModel } from "../model.ts";
import type { Platform, TokenIssuer } from "../platform.ts";
import {
  confirmUser,
  createUser,
  deleteUser,
  type NewUserInput,
  putDeclaredUsers,
  requireUser,
  setEnabled,
  setUserPassword,
} from "./accounts/admin.ts";
import { changeAttributes } from "./accounts/attribute-changes.ts";
import { secondFactors } from "./accounts/mfa.ts";
import { deletePasskey } from "./accounts/passkeys.ts";
import { putUser, type WantedUser } from "./accounts/put-user.ts";
import { hostedUiApp } from "./hosted-ui/app.ts";
import { identityProviderApp } from "./identity-provider.ts";
import { openPool, type Pool } from "./pool.ts";
import { type Message, outbox } from "./state/messages.ts";
import { checkpoint, prepareTables, pruner } from "./state/tables.ts";
import type { User, UserStatus } from "./state/users.ts";
import { type TokensRequest, tokensForUser, type UserTokens } from "./tokens/tokens-for-user.ts";
import type { TriggerFunctions } from "./triggers/functions.ts";

export { DeclaredUserError } from "./accounts/admin.ts";
export type { Message } from "./state/messages.ts";
export { StateLayoutError } from "./state/tables.ts";

export interface UserSummary {
  username: string;
  sub: string;
  status: UserStatus;
  enabled: boolean;
  attributes: Record<string, string>;
  groups: string[];
  /** Whether signing in takes a second factor. */
  mfa: boolean;
  passkeys: PasskeySummary[];
  /** ISO 8601 */
  createdAt: string;
}

export interface PasskeySummary {
  id: string;
  name: string;
  /** ISO 8601 */
  createdAt: string;
}

export interface CognitoService {
  /**
   * Resolves when the users that the program declares are in their pools; requests wait for it by themselves.
   * @throws DeclaredUserError naming the user that a pool refuses
   */
  ready(): Promise<void>;
  /**
   * Fetch handler of the identity-provider origin: `/<poolId>/.well-known/…` and the JSON API (`POST /` with
   * `X-Amz-Target`). `undefined` for anything else: the console shares the origin.
   */
  identityProvider(request: Request): Promise<Response | undefined>;
  /** Fetch handler of one hosted-UI domain. Throws for a domain that no pool has. */
  hostedUi(domain: string): (request: Request) => Promise<Response>;
  /** For the API Gateway authorizer. */
  tokenIssuer(userPoolArn: string): TokenIssuer | undefined;
  /** What would have been sent by e-mail and SMS, newest last, all pools; survives a restart. */
  messages(): Message[];
  /** The first users of a pool in the order of their creation, 1,000 at most. */
  users(userPoolId: string): UserSummary[];
  /** What an administrator may do to the users of a pool; `undefined` for a pool that does not exist. */
  admin(userPoolId: string): UserAdministration | undefined;
  /** @returns what puts users, groups, sessions and mail back to how they are now; signing keys stay */
  checkpoint(): () => void;
}

/**
 * What an administrator does, for the console page, the command line and the test kit. Users go by any name they sign in
 * with.
 * All throw CognitoError with Cognito's own sentence.
 */
export interface UserAdministration {
  /** What its users are named by; empty for a user name of their own. */
  usernameAttributes: UserPoolModel["usernameAttributes"];
  create(input: NewUserInput): Promise<UserSummary>;
  confirm(username: string): Promise<void>;
  setEnabled(username: string, enabled: boolean): void;
  delete(username: string): void;
  setPassword(username: string, password: string, permanent: boolean): Promise<void>;
  deletePasskey(username: string, id: string): void;
  /** An empty value removes the attribute. */
  setAttributes(username: string, attributes: Record<string, string>): Promise<void>;
  /** Makes or changes a user who can sign in at once; nothing is mailed. */
  put(wanted: WantedUser): Promise<UserSummary>;
  /** What the user's client would get at the end of a sign-in, without one. */
  tokens(username: string, request?: TokensRequest): Promise<UserTokens>;
  /** A hosted-UI session, as a browser has it after a sign-in. @returns what the session cookie holds */
  startSession(username: string): string;
}

export interface CognitoServiceOptions {
  pools: UserPoolModel[];
  platform: Platform;
  /** For the pools' Lambda triggers. */
  functions: TriggerFunctions;
  /** e.g. `http://127.0.0.1:4510`; a pool's issuer is this and `/<poolId>` */
  identityProviderOrigin: string;
  /** e.g. `http://127.0.0.1:4511` */
  hostedUiOrigin(domain: string): string;
}

/** @throws StateLayoutError when another release wrote the state */
export function cognitoService(options: CognitoServiceOptions): CognitoService {
  const { platform } = options;
  prepareTables(platform.store);
  const prune = pruner(platform.store, () => platform.now());
  prune();
  const mail = outbox(platform);
  const pools = new Map<string, Pool>();
  const hostedUis = new Map<string, (request: Request) => Promise<Response>>();
  for (const model of options.pools) {
    const domain = model.domains[0]?.domain;
    const pool = openPool(model, {
      issuer: `${options.identityProviderOrigin}/${model.id}`,
      hostedUiOrigin: domain === undefined ? undefined : options.hostedUiOrigin(domain),
      platform,
      functions: options.functions,
      outbox: mail,
    });
    pools.set(model.id, pool);
    for (const each of model.domains) hostedUis.set(each.domain, hostedUiApp(pool, each));
  }
  const identityProvider = identityProviderApp(pools);
  // Nobody is answered before the users that the program declares are there.
  const seeded = Promise.all([...pools.values()].map(putDeclaredUsers));
  seeded.catch(() => {});

  return {
    async ready() {
      await seeded;
    },
    async identityProvider(request) {
      await seeded;
      prune();
      return identityProvider(request);
    },
    hostedUi(domain) {
      const app = hostedUis.get(domain);
      if (!app) throw new Error(`No user pool has the domain ${domain}.`);
      return async (request) => {
        await seeded;
        prune();
        return app(request);
      };
    },
    tokenIssuer(userPoolArn) {
      const pool = [...pools.values()].find(({ model }) => model.arn === userPoolArn);
      return pool && { userPoolArn, issuer: pool.issuer, publicKey: (kid) => pool.keys.publicKey(kid) };
    },
    messages: () => mail.list(),
    checkpoint: () => checkpoint(platform.store),
    users(userPoolId) {
      const pool = pools.get(userPoolId);
      if (!pool) return [];
      return pool.users.after(0, 1000).map((user) => summary(pool, user));
    },
    admin(userPoolId) {
      const pool = pools.get(userPoolId);
      if (!pool) return undefined;
      return {
        usernameAttributes: pool.model.usernameAttributes,
        create: async (input) => summary(pool, await createUser(pool, input)),
        confirm: (username) => confirmUser(pool, username),
        setEnabled: (username, enabled) => setEnabled(pool, username, enabled),
        delete: (username) => deleteUser(pool, username),
        setPassword: (username, password, permanent) => setUserPassword(pool, username, password, permanent),
        deletePasskey: (username, id) => deletePasskey(pool, requireUser(pool, username), id),
        async setAttributes(username, attributes) {
          await changeAttributes(pool, requireUser(pool, username), attributes, { client: undefined });
        },
        put: async (wanted) => summary(pool, await putUser(pool, wanted)),
        tokens: (username, request) => tokensForUser(pool, requireUser(pool, username), request),
        startSession(username) {
          const { sub } = requireUser(pool, username);
          const authTime = Math.floor(platform.now() / 1000);
          return pool.sessions.create({ sub, authTime, eventId: platform.randomUUID() });
        },
      };
    },
  };
}

function summary(pool: Pool, user: User): UserSummary {
  const { username, sub, status, enabled, attributes } = user;
  return {
    username,
    sub,
    status,
    enabled,
    attributes,
    groups: pool.groups.ofUser(sub).map((group) => group.name),
    mfa: secondFactors(pool, user).length > 0,
    passkeys: pool.passkeys.list(sub).map((passkey) => {
      return { id: passkey.id, name: passkey.name, createdAt: new Date(passkey.createdAt).toISOString() };
    }),
    createdAt: new Date(user.createdAt).toISOString(),
  };
}
