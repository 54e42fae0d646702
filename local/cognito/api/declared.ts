/**
 * What the program declares can be looked at but not changed through the API: the next start would undo the change, and
 * the program would no longer say what runs.
 */
import { CognitoError } from "../errors.ts";
import { type Pools, poolClient, requirePool } from "./callers.ts";
import {
  domainDescriptionType,
  identityProviderType,
  resourceServerType,
  userPoolClientType,
  userPoolDescriptionType,
  userPoolType,
} from "./described.ts";
import { type Input, limit, requiredLimit, string } from "./input.ts";
import type { Output } from "./output.ts";
import { pageOf } from "./paging.ts";

export const declared: Record<string, (pools: Pools, input: Input) => Promise<Output>> = {
  async DescribeUserPool(pools, input) {
    return { UserPool: userPoolType(requirePool(pools, input)) };
  },

  async DescribeUserPoolClient(pools, input) {
    const pool = requirePool(pools, input);
    return { UserPoolClient: userPoolClientType(pool, poolClient(pool, input)) };
  },

  async ListUserPools(pools, input) {
    const all = [...pools.values()].map(({ model }) => userPoolDescriptionType(model));
    const { items, NextToken } = pageOf(all, input, requiredLimit(input, "MaxResults", 60));
    return { UserPools: items, NextToken };
  },

  async ListUserPoolClients(pools, input) {
    const { model } = requirePool(pools, input);
    const all = model.clients.map(({ id, name }) => ({
      ClientId: id,
      UserPoolId: model.id,
      ClientName: name,
    }));
    const { items, NextToken } = pageOf(all, input, limit(input, "MaxResults", 60, 1));
    return { UserPoolClients: items, NextToken };
  },

  async DescribeUserPoolDomain(pools, input) {
    const domain = string(input, "Domain");
    for (const { model } of pools.values()) {
      const found = model.domains.find((each) => each.domain === domain);
      if (found) return { DomainDescription: domainDescriptionType(model, found) };
    }
    return { DomainDescription: {} };
  },

  async DescribeResourceServer(pools, input) {
    const { model } = requirePool(pools, input);
    const identifier = string(input, "Identifier");
    const server = model.resourceServers.find((each) => each.identifier === identifier);
    if (!server) throw new CognitoError("ResourceNotFoundException", `Resource server ${identifier} does not exist.`);
    return { ResourceServer: resourceServerType(model, server) };
  },

  async ListResourceServers(pools, input) {
    const { model } = requirePool(pools, input);
    const { items, NextToken } = pageOf(model.resourceServers, input, limit(input, "MaxResults", 50, 1));
    return { ResourceServers: items.map((server) => resourceServerType(model, server)), NextToken };
  },

  async DescribeIdentityProvider(pools, input) {
    const { model } = requirePool(pools, input);
    const name = string(input, "ProviderName");
    const provider = model.identityProviders.find((each) => each.name === name);
    if (!provider) throw new CognitoError("ResourceNotFoundException", `Identity provider ${name} does not exist.`);
    return { IdentityProvider: identityProviderType(model, provider) };
  },

  async GetIdentityProviderByIdentifier(pools, input) {
    const { model } = requirePool(pools, input);
    const identifier = string(input, "IdpIdentifier");
    const provider = model.identityProviders.find(({ identifiers }) => identifiers.includes(identifier));
    if (!provider)
      throw new CognitoError("ResourceNotFoundException", `Identity provider ${identifier} does not exist.`);
    return { IdentityProvider: identityProviderType(model, provider) };
  },

  async ListIdentityProviders(pools, input) {
    const { model } = requirePool(pools, input);
    const { items, NextToken } = pageOf(model.identityProviders, input, limit(input, "MaxResults", 60));
    const Providers = items.map((provider) => {
      const { ProviderName, ProviderType, LastModifiedDate, CreationDate } = identityProviderType(model, provider);
      return { ProviderName, ProviderType, LastModifiedDate, CreationDate };
    });
    return { Providers, NextToken };
  },

  async GetUserPoolMfaConfig(pools, input) {
    const { model } = requirePool(pools, input);
    const { secondFactor } = model.messages;
    return {
      SmsMfaConfiguration: model.sms
        ? { SmsAuthenticationMessage: secondFactor.sms, SmsConfiguration: model.described.SmsConfiguration }
        : undefined,
      SoftwareTokenMfaConfiguration: { Enabled: model.softwareTokenMfa },
      EmailMfaConfiguration: model.emailMfa
        ? { Message: secondFactor.email, Subject: secondFactor.subject }
        : undefined,
      WebAuthnConfiguration: model.described.WebAuthnConfiguration,
      MfaConfiguration: model.mfa,
    };
  },
};

const programsBusiness =
  /^(Create|Update|Delete|Set|Add|Tag|Untag)(UserPool|ResourceServer|IdentityProvider|ManagedLoginBranding|UICustomization|RiskConfiguration|LogDelivery|CustomAttributes|Resource$|Terms)/;

/** @throws CognitoError UnsupportedOperationException for what only the program may do */
export function refuseProgramsBusiness(operation: string): void {
  if (!programsBusiness.test(operation)) return;
  throw new CognitoError(
    "UnsupportedOperationException",
    `${operation} is the Pulumi program's business: what it declares is what runs. Change the program and start the local cloud again.`,
  );
}
