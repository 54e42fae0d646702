/**
 * A user's tokens without a sign-in, for whoever holds this machine: `demo-auth token --as`, the console page and the
 * test kit. They are what the client would get at the end of a real sign-in: the same scopes are allowed, the same claims
 * are in, and a user who could not sign in gets none.
 */
import type { AppClientModel } from "../../model.ts";
import { named } from "../../named.ts";
import { nextStep, refuseUnusable } from "../accounts/authentication.ts";
import { postAuthentication, preAuthentication } from "../accounts/triggers.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import { requestedScopes } from "../hosted-ui/authorization-request.ts";
import { type Pool, reportSignIn } from "../pool.ts";
import type { User } from "../state/users.ts";
import { openGrant } from "./grant-tokens.ts";
import { adminScope, issueTokens } from "./issue.ts";

export interface TokensRequest {
  /** Name or id; may be left out where one client only is for people. */
  client?: string | undefined;
  /** Without them, all that the client allows. */
  scopes?: string[] | undefined;
}

export interface UserTokens {
  username: string;
  sub: string;
  client: { id: string; name: string };
  scopes: string[];
  /** Absent without the scope `openid`. */
  idToken?: string | undefined;
  accessToken: string;
  /** Absent where the client's sign-in gives none: in the implicit flow. */
  refreshToken?: string | undefined;
  /** Seconds the access token lives. */
  expiresIn: number;
}

/** @throws CognitoError in Cognito's words, or naming the clients or the scopes to choose from */
export async function tokensForUser(pool: Pool, user: User, request: TokensRequest = {}): Promise<UserTokens> {
  const client = chooseClient(pool, request.client);
  const scopes = chooseScopes(client, request.scopes);
  refuseUnusable(pool, user);
  if (nextStep(pool, user) === "NEW_PASSWORD_REQUIRED")
    throw new CognitoError("NotAuthorizedException", "The user must choose a password at the first sign-in.");
  await preAuthentication(pool, client, user.username, user);
  const { platform } = pool;
  const grant = {
    ...{ client, user, scopes, nonce: undefined, resource: undefined },
    authTime: Math.floor(platform.now() / 1000),
    eventId: platform.randomUUID(),
    hosted: client.oauthEnabled,
    source: client.oauthEnabled ? ("HostedAuth" as const) : ("Authentication" as const),
  };
  const refreshes = !client.oauthEnabled || client.flows.includes("code");
  const tokens = refreshes ? await openGrant(pool, grant) : await issueTokens(pool, { ...grant, originJti: undefined });
  await postAuthentication(pool, client, user);
  reportSignIn(pool, client, user.username, "given tokens without a sign-in");
  const { username, sub } = user;
  return { username, sub, client: { id: client.id, name: client.name }, scopes, ...tokens };
}

/** A client that acts for itself only has no users. */
const isForPeople = ({ oauthEnabled, flows }: AppClientModel) =>
  !oauthEnabled || flows.some((flow) => flow !== "client_credentials");

function chooseClient({ model }: Pool, wanted: string | undefined): AppClientModel {
  const clients = model.clients.filter(isForPeople);
  const names = clients.map(({ name }) => name).join(", ");
  if (wanted !== undefined) {
    const byId = clients.filter(({ id }) => id === wanted);
    const found = byId.length > 0 ? byId : named(clients, wanted);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      const ids = found.map(({ id }) => id).join(", ");
      throw invalidParameter(
        `The pool ${model.name} has several app clients ${JSON.stringify(wanted)}. Give the id of one: ${ids}.`,
      );
    }
    throw invalidParameter(
      `The pool ${model.name} has no app client ${JSON.stringify(wanted)} for people. It has ${names || "none"}.`,
    );
  }
  if (clients.length === 1) return clients[0]!;
  throw invalidParameter(
    clients.length === 0
      ? `The pool ${model.name} has no app client that people sign in to.`
      : `The pool ${model.name} has several app clients. Name one of ${names}.`,
  );
}

function chooseScopes(client: AppClientModel, wanted: string[] | undefined): string[] {
  if (!client.oauthEnabled) {
    const other = wanted?.find((scope) => scope !== adminScope);
    if (other === undefined) return [adminScope];
    throw invalidParameter(
      `The app client ${client.name} has no OAuth scopes, only ${adminScope}; it asks for ${other}.`,
    );
  }
  const scopes = requestedScopes(client, wanted?.join(" "));
  if (!scopes.ok) throw invalidParameter(`${scopes.reason}; it allows ${client.scopes.join(", ") || "none"}`);
  return scopes.scopes;
}
