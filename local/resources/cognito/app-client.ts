/**
 * What the two resource types of an app client have in common: CreateUserPoolClient, its defaults and refusals
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html).
 */
import type { cognito } from "@pulumi/aws";
import { type NewResource, type Resource, ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import type { AppClientModel, OAuthFlow } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { type Contract, served, withoutEffect } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { flag, list, map, number, stableId, text } from "../resource-type.ts";

const DEFAULT_AUTH_FLOWS = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"];
/** The names of before 2019 and what each lets a client do; every such client may refresh. */
const LEGACY_AUTH_FLOWS: Record<string, string[]> = {
  ADMIN_NO_SRP_AUTH: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"],
  USER_PASSWORD_AUTH: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"],
  CUSTOM_AUTH_FLOW_ONLY: ["ALLOW_CUSTOM_AUTH"],
};
const UNIT_SECONDS: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };
const HOUR = 3600;
const DAY = 24 * HOUR;
const ANALYTICS = withoutEffect("analytics of Amazon Pinpoint change no answer");

type SharedArgs = Omit<cognito.UserPoolClientArgs, "generateSecret" | "name">;

export const appClientInputs: Contract<SharedArgs> = {
  accessTokenValidity: served,
  allowedOauthFlows: served,
  allowedOauthFlowsUserPoolClient: served,
  allowedOauthScopes: served,
  analyticsConfiguration: {
    parts: {
      applicationArn: ANALYTICS,
      applicationId: ANALYTICS,
      externalId: ANALYTICS,
      roleArn: ANALYTICS,
      userDataShared: ANALYTICS,
    },
  },
  authSessionValidity: served,
  callbackUrls: served,
  defaultRedirectUri: served,
  enablePropagateAdditionalUserContextData: withoutEffect("it is about threat protection, which does not run here"),
  enableTokenRevocation: served,
  explicitAuthFlows: served,
  idTokenValidity: served,
  logoutUrls: served,
  preventUserExistenceErrors: served,
  readAttributes: served,
  refreshTokenRotation: { parts: { feature: served, retryGracePeriodSeconds: served } },
  refreshTokenValidity: served,
  region: served,
  supportedIdentityProviders: served,
  tokenValidityUnits: { parts: { accessToken: served, idToken: served, refreshToken: served } },
  userPoolId: served,
  writeAttributes: served,
};

/**
 * @returns the id and the outputs of a new app client
 * @throws ResourceProblem in CreateUserPoolClient's words
 */
export function createAppClient({ inputs, urn }: NewResource, name: string, withSecret: boolean) {
  refuseImpossible(inputs, withSecret);
  return {
    id: stableId(urn, 26),
    outputs: {
      name,
      clientSecret: withSecret ? stableId(`${urn}#secret`, 51) : "",
      accessTokenValidity: number(inputs.accessTokenValidity, 0),
      idTokenValidity: number(inputs.idTokenValidity, 0),
      authSessionValidity: number(inputs.authSessionValidity, 3),
      allowedOauthFlows: list(inputs.allowedOauthFlows),
      allowedOauthFlowsUserPoolClient: flag(inputs.allowedOauthFlowsUserPoolClient),
      allowedOauthScopes: list(inputs.allowedOauthScopes),
      callbackUrls: list(inputs.callbackUrls),
      logoutUrls: list(inputs.logoutUrls),
      defaultRedirectUri: text(inputs.defaultRedirectUri) ?? "",
      explicitAuthFlows: inputs.explicitAuthFlows ?? [],
      supportedIdentityProviders: list(inputs.supportedIdentityProviders),
      preventUserExistenceErrors: text(inputs.preventUserExistenceErrors) ?? "",
      enablePropagateAdditionalUserContextData: flag(inputs.enablePropagateAdditionalUserContextData),
      enableTokenRevocation: flag(inputs.enableTokenRevocation, true),
      refreshTokenValidity: number(inputs.refreshTokenValidity, 30),
      readAttributes: list(inputs.readAttributes),
      writeAttributes: list(inputs.writeAttributes),
    },
  };
}

export function declareAppClient(resource: Resource, cloud: CloudBuilder): void {
  const { id, inputs, outputs } = resource;
  const rotation = map<unknown>(inputs.refreshTokenRotation);
  const lives = lifetimes(inputs);
  const client: AppClientModel = {
    id,
    name: outputs.name as string,
    secret: text(outputs.clientSecret) || undefined,
    oauthEnabled: flag(inputs.allowedOauthFlowsUserPoolClient),
    flows: list<OAuthFlow>(inputs.allowedOauthFlows),
    scopes: list(inputs.allowedOauthScopes),
    callbackUrls: list(inputs.callbackUrls),
    logoutUrls: list(inputs.logoutUrls),
    defaultRedirectUri: text(inputs.defaultRedirectUri) || undefined,
    identityProviders: list(inputs.supportedIdentityProviders),
    explicitAuthFlows: authFlows(list(inputs.explicitAuthFlows)),
    hideUserExistence: inputs.preventUserExistenceErrors === "ENABLED",
    tokenRevocation: flag(inputs.enableTokenRevocation, true),
    validity: {
      idTokenSeconds: lives.idToken,
      accessTokenSeconds: lives.accessToken,
      refreshTokenSeconds: lives.refreshToken,
      authSessionMinutes: number(inputs.authSessionValidity, 3),
    },
    readAttributes: list(inputs.readAttributes).length > 0 ? list(inputs.readAttributes) : undefined,
    writeAttributes: list(inputs.writeAttributes).length > 0 ? list(inputs.writeAttributes) : undefined,
    refreshTokenRotation: {
      enabled: rotation.feature === "ENABLED",
      graceSeconds: number(rotation.retryGracePeriodSeconds, 0),
    },
    branded: false,
    described: described(inputs),
  };
  const pool = cloud.userPool(inputs.userPoolId, resource);
  pool.clients.push(client);
  cloud.atTheEnd(resource, () => {
    const names = ["COGNITO", ...pool.identityProviders.map(({ name }) => name)];
    const unknown = client.identityProviders.find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new ResourceProblem(
        `InvalidParameterException: The provider ${unknown} does not exist for User Pool ${pool.id}.`,
      );
    for (const kind of ["read", "write"] as const) {
      const own = new Set(pool.schema.map(({ name }) => name));
      const unheardOf = client[`${kind}Attributes`]?.find((name) => /^custom:/.test(name) && !own.has(name));
      if (unheardOf !== undefined) throw attributesRefused(kind, unheardOf);
    }
    const scopes = pool.resourceServers.flatMap(({ identifier, scopes }) =>
      scopes.map(({ name }) => `${identifier}/${name}`),
    );
    const unheard = client.scopes.find((scope) => !STANDARD_SCOPES.has(scope) && !scopes.includes(scope));
    if (unheard !== undefined)
      throw new ResourceProblem(
        `ScopeDoesNotExistException: Invalid scope requested: ${unheard}. Declare it in an aws.cognito.ResourceServer of the pool.`,
      );
  });
  warnOfUnawaited(
    resource,
    ({ type, inputs: { userPoolId, providerName, identifier } }) =>
      userPoolId === inputs.userPoolId &&
      ((type === "aws:cognito/identityProvider:IdentityProvider" &&
        client.identityProviders.includes(String(providerName))) ||
        (type === "aws:cognito/resourceServer:ResourceServer" &&
          client.scopes.some((scope) => scope.startsWith(`${identifier}/`)))),
    cloud,
  );
}

/** Seconds. */
const STANDARD_SCOPES = new Set(["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"]);

/** How long a client's tokens live, as its inputs have it: a number, and the unit in which it is counted. */
const TOKENS = {
  idToken: { usual: "hours", preset: HOUR, least: 300, most: DAY, range: "5 minutes to 1 day" },
  accessToken: { usual: "hours", preset: HOUR, least: 300, most: DAY, range: "5 minutes to 1 day" },
  refreshToken: { usual: "days", preset: 30 * DAY, least: HOUR, most: 3650 * DAY, range: "1 hour to 3650 days" },
};

type Token = keyof typeof TOKENS;

/** @returns seconds */
function lifetimes(inputs: Values): Record<Token, number> {
  const seconds = (token: Token) => {
    const { value, unit } = lifetime(inputs, token);
    return value === 0 ? TOKENS[token].preset : value * (UNIT_SECONDS[unit] ?? 1);
  };
  return { idToken: seconds("idToken"), accessToken: seconds("accessToken"), refreshToken: seconds("refreshToken") };
}

/** @returns 0 for one that is left out */
function lifetime(inputs: Values, token: Token): { value: number; unit: string } {
  const unit = map<string>(inputs.tokenValidityUnits)[token] ?? TOKENS[token].usual;
  return { value: Number(inputs[`${token}Validity`] ?? 0), unit };
}

function authFlows(given: string[]): string[] {
  if (given.length === 0) return DEFAULT_AUTH_FLOWS;
  if (!given.some((flow) => flow in LEGACY_AUTH_FLOWS)) return given;
  return [...new Set([...given.flatMap((flow) => LEGACY_AUTH_FLOWS[flow] ?? []), "ALLOW_REFRESH_TOKEN_AUTH"])];
}

/** Numbers in the units that the program gave; what it left out, AWS leaves out too. */
function described(inputs: Values): Record<string, unknown> {
  const units = map(inputs.tokenValidityUnits);
  const set = (value: unknown) => (value === undefined || Number(value) === 0 ? undefined : Number(value));
  const analytics = inputs.analyticsConfiguration as Values | undefined;
  return {
    IdTokenValidity: set(inputs.idTokenValidity),
    AccessTokenValidity: set(inputs.accessTokenValidity),
    RefreshTokenValidity: number(inputs.refreshTokenValidity, 30),
    TokenValidityUnits: { AccessToken: units.accessToken, IdToken: units.idToken, RefreshToken: units.refreshToken },
    ExplicitAuthFlows: list(inputs.explicitAuthFlows).length > 0 ? inputs.explicitAuthFlows : undefined,
    PreventUserExistenceErrors: text(inputs.preventUserExistenceErrors) || undefined,
    EnablePropagateAdditionalUserContextData: flag(inputs.enablePropagateAdditionalUserContextData),
    AnalyticsConfiguration: analytics && {
      ApplicationArn: analytics.applicationArn,
      ApplicationId: analytics.applicationId,
      ExternalId: analytics.externalId,
      RoleArn: analytics.roleArn,
      UserDataShared: analytics.userDataShared,
    },
  };
}

/** What CreateUserPoolClient refuses that a program's types let through. */
function refuseImpossible(inputs: Values, withSecret: boolean): void {
  const flows = list<OAuthFlow>(inputs.allowedOauthFlows);
  if (flows.includes("client_credentials")) refuseClientCredentials(flows, withSecret);
  if (
    flag(inputs.allowedOauthFlowsUserPoolClient) &&
    (flows.length === 0 || list(inputs.allowedOauthScopes).length === 0)
  )
    throw new ResourceProblem(
      "InvalidOAuthFlowException: AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
    );
  const authFlows = list(inputs.explicitAuthFlows);
  const unknown = authFlows.find((flow) => !(flow in LEGACY_AUTH_FLOWS) && !AUTH_FLOWS.includes(flow));
  if (unknown !== undefined)
    throw new ResourceProblem(
      `InvalidParameterException: 1 validation error detected: Value '[${authFlows.join(", ")}]' at 'explicitAuthFlows' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [${[...AUTH_FLOWS, ...Object.keys(LEGACY_AUTH_FLOWS)].join(", ")}]]`,
    );
  if (authFlows.some((flow) => flow in LEGACY_AUTH_FLOWS) && authFlows.some((flow) => flow.startsWith("ALLOW_")))
    throw new ResourceProblem(
      `InvalidParameterException: ExplicitAuthFlows [${authFlows.join(", ")}] mixes legacy values with values that begin with ALLOW_; a client has the ones or the others.`,
    );
  refuseLifetimes(inputs);
  for (const url of [...list(inputs.callbackUrls), ...list(inputs.logoutUrls)]) {
    const problem = problemWithRedirect(url);
    if (problem) throw new ResourceProblem(`InvalidParameterException: ${problem}`);
  }
  refuseMissingCallback(inputs, flows);
  const unwritable = list(inputs.writeAttributes).find((name) => UNWRITABLE.has(name));
  if (unwritable !== undefined) throw attributesRefused("write", unwritable);
}

/** No client may write these, as the words for it were recorded by cdk-preflight. */
const UNWRITABLE = new Set(["sub", "email_verified", "phone_number_verified"]);

const attributesRefused = (kind: "read" | "write", name: string): ResourceProblem =>
  new ResourceProblem(
    `InvalidParameterException: Invalid ${kind} attributes specified while creating a client. ${kind}Attributes has ${name}.`,
  );

/** As people report it from AWS. */
function refuseClientCredentials(flows: readonly OAuthFlow[], withSecret: boolean): void {
  const cannot = "InvalidOAuthFlowException: client_credentials flow can not be selected";
  if (flows.length > 1) throw new ResourceProblem(`${cannot} along with code flow or implicit flow.`);
  if (!withSecret) throw new ResourceProblem(`${cannot} if client does not have a client secret.`);
}

function refuseMissingCallback(inputs: Values, flows: readonly OAuthFlow[]): void {
  const callbacks = list(inputs.callbackUrls);
  const redirects = flows.some((flow) => flow === "code" || flow === "implicit");
  if (flag(inputs.allowedOauthFlowsUserPoolClient) && redirects && callbacks.length === 0) {
    throw new ResourceProblem(
      "InvalidOAuthFlowException: CallbackUrls can not be empty when code flow or implicit flow is selected",
    );
  }
  const preset = text(inputs.defaultRedirectUri);
  if (preset && !callbacks.includes(preset)) {
    throw new ResourceProblem(
      `InvalidParameterException: The default redirect URI ${preset} is not in the callback URIs list.`,
    );
  }
}

const AUTH_FLOWS = [
  ...["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"],
  ...["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH"],
];

function refuseLifetimes(inputs: Values): void {
  for (const [token, seconds] of Object.entries(lifetimes(inputs)) as [Token, number][]) {
    const { least, most, range } = TOKENS[token];
    if (seconds >= least && seconds <= most) continue;
    const { value, unit } = lifetime(inputs, token);
    throw new ResourceProblem(
      `InvalidParameterException: Invalid range for token validity. ${token}Validity is ${value} ${unit}, and such tokens live ${range}; tokenValidityUnits: { ${token} } sets another unit than ${unit}.`,
    );
  }
}

function problemWithRedirect(url: string): string | undefined {
  if (!URL.canParse(url)) return `${JSON.stringify(url)} is not an absolute URL.`;
  if (url.includes("#")) return `${JSON.stringify(url)} must not have a fragment.`;
  const { protocol, hostname } = new URL(url);
  if (protocol === "http:" && !LOOPBACK_HOSTS.has(hostname)) {
    return `${url} cannot use the HTTP protocol. Plain http is for localhost, 127.0.0.1 and [::1] only.`;
  }
  return undefined;
}
