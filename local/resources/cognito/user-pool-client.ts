/** aws:cognito/userPoolClient:UserPoolClient: an app client (CreateUserPoolClient, and its defaults and refusals). */

import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { AppClientModel, OAuthFlow } from "../../model.ts";
import { flag, list, map, number, physicalName, type ResourceType, stableId, text } from "../resource-type.ts";

const DEFAULT_AUTH_FLOWS = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"];
const UNIT_SECONDS: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };
const HOUR = 3600;
const DAY = 24 * HOUR;

export const userPoolClient: ResourceType = {
  type: "aws:cognito/userPoolClient:UserPoolClient",

  create(resource, account) {
    const { inputs, urn } = resource;
    refuseImpossible(inputs);
    return {
      id: stableId(urn, 26),
      outputs: {
        name: physicalName(resource),
        clientSecret: flag(inputs.generateSecret) ? stableId(`${urn}#secret`, 51) : "",
        region: account.region,
        allowedOauthFlows: list(inputs.allowedOauthFlows),
        allowedOauthFlowsUserPoolClient: flag(inputs.allowedOauthFlowsUserPoolClient),
        allowedOauthScopes: list(inputs.allowedOauthScopes),
        callbackUrls: list(inputs.callbackUrls),
        logoutUrls: list(inputs.logoutUrls),
        defaultRedirectUri: text(inputs.defaultRedirectUri) ?? "",
        explicitAuthFlows: inputs.explicitAuthFlows ?? [],
        supportedIdentityProviders: list(inputs.supportedIdentityProviders),
        preventUserExistenceErrors: text(inputs.preventUserExistenceErrors) ?? "",
        enableTokenRevocation: flag(inputs.enableTokenRevocation, true),
        refreshTokenValidity: number(inputs.refreshTokenValidity, 30),
      },
    };
  },

  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    const rotation = map<unknown>(inputs.refreshTokenRotation);
    const units = map(inputs.tokenValidityUnits);
    const seconds = (value: unknown, unit: string | undefined, usual: string, preset: number) =>
      value === undefined || Number(value) === 0 ? preset : Number(value) * (UNIT_SECONDS[unit ?? usual] ?? 1);
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
      explicitAuthFlows:
        list(inputs.explicitAuthFlows).length > 0 ? list(inputs.explicitAuthFlows) : DEFAULT_AUTH_FLOWS,
      hideUserExistence: inputs.preventUserExistenceErrors === "ENABLED",
      tokenRevocation: flag(inputs.enableTokenRevocation, true),
      validity: {
        idTokenSeconds: seconds(inputs.idTokenValidity, units.idToken, "hours", HOUR),
        accessTokenSeconds: seconds(inputs.accessTokenValidity, units.accessToken, "hours", HOUR),
        refreshTokenSeconds: seconds(inputs.refreshTokenValidity, units.refreshToken, "days", 30 * DAY),
        authSessionMinutes: number(inputs.authSessionValidity, 3),
      },
      readAttributes: list(inputs.readAttributes).length > 0 ? list(inputs.readAttributes) : undefined,
      writeAttributes: list(inputs.writeAttributes).length > 0 ? list(inputs.writeAttributes) : undefined,
      refreshTokenRotation: {
        enabled: rotation.feature === "ENABLED",
        graceSeconds: number(rotation.retryGracePeriodSeconds, 0),
      },
      branded: false,
    };
    cloud.userPool(inputs.userPoolId, resource).clients.push(client);
  },
};

/** What CreateUserPoolClient refuses that a program's types let through. */
function refuseImpossible(inputs: Values): void {
  const flows = list<OAuthFlow>(inputs.allowedOauthFlows);
  if (flows.includes("client_credentials") && (flows.length > 1 || !flag(inputs.generateSecret))) {
    throw new ResourceProblem(
      "InvalidOAuthFlowException: client_credentials must be the only flow of a client, and the client must have a secret.",
    );
  }
  for (const url of [...list(inputs.callbackUrls), ...list(inputs.logoutUrls)]) {
    const problem = problemWithRedirect(url);
    if (problem) throw new ResourceProblem(`InvalidParameterException: ${JSON.stringify(url)} ${problem}`);
  }
}

function problemWithRedirect(url: string): string | undefined {
  if (!URL.canParse(url)) return "is not an absolute URL.";
  if (url.includes("#")) return "must not have a fragment.";
  const { protocol, hostname } = new URL(url);
  if (protocol === "http:" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname)) {
    return "must be https: plain http is for localhost, 127.0.0.1 and [::1] only.";
  }
  return undefined;
}
