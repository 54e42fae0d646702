/**
 * What the pre token generation trigger may change of tokens
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html).
 */
import type { AppClientModel } from "../../model.ts";
import { callTrigger, clientMetadata } from "../accounts/triggers.ts";
import type { Pool } from "../pool.ts";
import { unrecognizable } from "./response.ts";

type Claims = Record<string, unknown>;

export interface GroupConfiguration {
  groupsToOverride: string[];
  iamRolesToOverride: string[];
  preferredRole: string | null;
}

interface ClaimChanges {
  set: Claims;
  suppress: string[];
}

export interface TokenChanges {
  groups: GroupConfiguration;
  /** @returns the claims as the function wants them, where it may have a say */
  idClaims(claims: Claims): Claims;
  accessClaims(claims: Claims): Claims;
  scopes(scopes: string[]): string[];
}

/** No function changes these, whichever token they are in. */
const FIXED = [
  ...["acr", "amr", "at_hash", "auth_time", "azp", "device_key", "event_id", "exp", "iat", "identities", "iss", "jti"],
  ...["nbf", "nonce", "origin_jti", "sub", "token_use", "version"],
];
const GROUP_CLAIMS = ["cognito:groups", "cognito:roles", "cognito:preferred_role"];
/** These take no objects or lists in an ID token. */
const SIMPLE = ["phone_number_verified", "email_verified", "updated_at", "address"];

/**
 * Calls the trigger.
 * @param about the event; `groups` and `scopes` as they would be without it
 * @throws CognitoError InvalidLambdaResponseException for changes that are malformed, and as `callTrigger` does
 */
export async function tokenChanges(
  pool: Pool,
  client: AppClientModel,
  about: {
    source: string;
    userName: string;
    userAttributes: Record<string, string>;
    groups: GroupConfiguration;
    scopes: string[];
    clientMetadata?: Record<string, string> | undefined;
  },
): Promise<TokenChanges> {
  const version = pool.model.triggers.preTokenGeneration?.version ?? "V1_0";
  const first = version === "V1_0";
  const member = first ? "claimsOverrideDetails" : "claimsAndScopeOverrideDetails";
  const response = await callTrigger(pool, "preTokenGeneration", {
    ...{ source: about.source, userName: about.userName, clientId: client.id },
    version: version.slice(1, 2),
    request: {
      userAttributes: about.userAttributes,
      groupConfiguration: about.groups,
      ...(!first && { scopes: about.scopes }),
      ...clientMetadata(about.clientMetadata),
    },
    response: { [member]: null },
  });
  const details = object(response?.[member], member);
  const id = claimChanges(first ? details : object(details.idTokenGeneration, "idTokenGeneration"), first);
  const accessDetails = first ? {} : object(details.accessTokenGeneration, "accessTokenGeneration");
  const access = claimChanges(accessDetails, first);
  const added = texts(accessDetails.scopesToAdd, "scopesToAdd");
  const suppressed = texts(accessDetails.scopesToSuppress, "scopesToSuppress");
  if (added.some((scope) => /\s/.test(scope))) throw unrecognizable("A scope in scopesToAdd has a blank.");
  for (const name of SIMPLE)
    if (typeof id.set[name] === "object") throw unrecognizable(`The claim ${name} takes no list and no object.`);
  const withoutGroups = id.suppress.includes("cognito:groups");
  const groups = "groupOverrideDetails" in details ? groupChanges(details.groupOverrideDetails) : about.groups;

  const ignored: string[] = [];
  const apply = (
    claims: Claims,
    { set, suppress }: ClaimChanges,
    mayChange: (name: string, value: unknown) => boolean,
  ) => {
    const changed = { ...claims };
    for (const [name, value] of Object.entries(set)) {
      if (mayChange(name, value)) changed[name] = value;
      else ignored.push(name);
    }
    for (const name of suppress) {
      if (name === "cognito:groups" || mayChange(name, undefined) || name.startsWith("dev:")) delete changed[name];
      else ignored.push(name);
    }
    return changed;
  };
  const tell = () => {
    if (ignored.length === 0) return;
    pool.report({
      kind: "oauth",
      clientId: client.id,
      endpoint: about.source,
      outcome: "claims left as they are",
      reason: `The token trigger may not change ${ignored.splice(0).join(", ")}.`,
    });
  };
  return {
    groups,
    idClaims(claims) {
      const mayChange = (name: string) =>
        !FIXED.includes(name) && name !== "aud" && !name.startsWith("cognito:") && !name.startsWith("dev:");
      const changed = apply(claims, id, mayChange);
      if (withoutGroups) for (const name of GROUP_CLAIMS) delete changed[name];
      tell();
      return changed;
    },
    accessClaims(claims) {
      const mayChange = (name: string, value: unknown) =>
        name === "aud"
          ? value === client.id
          : ![...FIXED, "username", "client_id", "scope"].includes(name) && !name.startsWith("cognito:");
      const changed = apply(claims, access, mayChange);
      // The first version has one say for both tokens, and in the access token about groups only.
      if (first && withoutGroups) delete changed["cognito:groups"];
      tell();
      return changed;
    },
    scopes: (scopes) => [...new Set([...scopes, ...added])].filter((scope) => !suppressed.includes(scope)),
  };
}

function claimChanges(details: Claims, stringsOnly: boolean): ClaimChanges {
  const set = object(details.claimsToAddOrOverride, "claimsToAddOrOverride");
  for (const [name, value] of Object.entries(set))
    if (value === null || (stringsOnly && typeof value !== "string"))
      throw unrecognizable(
        `The claim ${name} must be ${stringsOnly ? "a string in version 1 of the event" : "a value"}.`,
      );
  return { set, suppress: texts(details.claimsToSuppress, "claimsToSuppress") };
}

/** An empty or absent part takes away. */
function groupChanges(details: unknown): GroupConfiguration {
  const given = object(details, "groupOverrideDetails");
  const { preferredRole = null } = given;
  if (preferredRole !== null && typeof preferredRole !== "string")
    throw unrecognizable("preferredRole is not a string.");
  return {
    groupsToOverride: texts(given.groupsToOverride, "groupsToOverride"),
    iamRolesToOverride: texts(given.iamRolesToOverride, "iamRolesToOverride"),
    preferredRole,
  };
}

function object(value: unknown, name: string): Claims {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw unrecognizable(`${name} is not an object.`);
  return value as Claims;
}

function texts(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string"))
    throw unrecognizable(`${name} is not a list of strings.`);
  return value;
}
