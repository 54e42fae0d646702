/**
 * What the program declares can be looked at but not changed through the API: the next start would undo the change, and
 * the program would no longer say what runs.
 */
import { CognitoError, invalidParameter } from "../errors.ts";
import { type Pools, poolClient, requirePool } from "./callers.ts";
import { type Input, limit, optionalString, string } from "./input.ts";
import { type Output, userPoolClientType, userPoolType } from "./output.ts";

export const declared: Record<string, (pools: Pools, input: Input) => Promise<Output>> = {
  async DescribeUserPool(pools, input) {
    return { UserPool: userPoolType(requirePool(pools, input)) };
  },

  async DescribeUserPoolClient(pools, input) {
    const pool = requirePool(pools, input);
    return { UserPoolClient: userPoolClientType(pool, poolClient(pool, input)) };
  },

  async ListUserPools(pools, input) {
    const all = [...pools.values()].map(({ model: { id, name } }) => ({ Id: id, Name: name }));
    const { items, NextToken } = pageOf(all, input);
    return { UserPools: items, NextToken };
  },

  async ListUserPoolClients(pools, input) {
    const { model } = requirePool(pools, input);
    const all = model.clients.map(({ id, name }) => ({
      ClientId: id,
      UserPoolId: model.id,
      ClientName: name,
    }));
    const { items, NextToken } = pageOf(all, input);
    return { UserPoolClients: items, NextToken };
  },

  async DescribeUserPoolDomain(pools, input) {
    const domain = string(input, "Domain");
    for (const { model } of pools.values()) {
      const found = model.domains.find((each) => each.domain === domain);
      if (found)
        return {
          DomainDescription: {
            UserPoolId: model.id,
            Domain: domain,
            Status: "ACTIVE",
            ManagedLoginVersion: found.managedLoginVersion,
          },
        };
    }
    return { DomainDescription: {} };
  },

  async ListResourceServers(pools, input) {
    const { model } = requirePool(pools, input);
    return {
      ResourceServers: model.resourceServers.map(({ identifier, name, scopes }) => ({
        UserPoolId: model.id,
        Identifier: identifier,
        Name: name,
        Scopes: scopes.map((scope) => ({ ScopeName: scope.name, ScopeDescription: scope.description })),
      })),
    };
  },

  async GetUserPoolMfaConfig(pools, input) {
    const { model } = requirePool(pools, input);
    return {
      SoftwareTokenMfaConfiguration: { Enabled: model.softwareTokenMfa },
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

function pageOf<T>(all: T[], input: Input): { items: T[]; NextToken: string | undefined } {
  const size = limit(input, "MaxResults", 60);
  const start = Number(optionalString(input, "NextToken") ?? 0);
  if (!Number.isInteger(start) || start < 0) throw invalidParameter("Invalid pagination token given.");
  const end = start + size;
  return { items: all.slice(start, end), NextToken: end < all.length ? String(end) : undefined };
}
