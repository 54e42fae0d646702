/**
 * The program sees AWS's addresses, wherever it runs. At the edge, where people and clients read them (stack outputs,
 * the environment of functions), each address of something that runs here becomes its local one.
 */
import type { CloudModel } from "../model.ts";

export interface LocalOrigins {
  /** Where discovery, keys and the cognito-idp API answer. */
  identityProvider: string;
  /** By domain. */
  hostedUi: ReadonlyMap<string, string>;
  /** By the id of a REST or HTTP API. */
  api: ReadonlyMap<string, string>;
  /** By the id of the URL. */
  functionUrl: ReadonlyMap<string, string>;
}

/** AWS's issuer of each pool → the local one. */
export function localIssuers({ userPools }: CloudModel, { identityProvider }: LocalOrigins): Record<string, string> {
  return Object.fromEntries(
    userPools.map(({ id }) => {
      const region = id.slice(0, id.indexOf("_"));
      return [`https://cognito-idp.${region}.amazonaws.com/${id}`, `${identityProvider}/${id}`];
    }),
  );
}

/**
 * @param options `issuers`: also those of pools. Functions keep AWS's, which their runtime maps to the local ones.
 * @returns a function that replaces, deep inside any JSON value, every AWS address that has a local counterpart
 */
export function localAddresses(
  model: CloudModel,
  origins: LocalOrigins,
  { issuers = true }: { issuers?: boolean } = {},
): <T>(value: T) => T {
  const replacements: [string, string][] = issuers ? Object.entries(localIssuers(model, origins)) : [];
  for (const pool of model.userPools) {
    const region = pool.id.slice(0, pool.id.indexOf("_"));
    for (const { domain, custom } of pool.domains) {
      const origin = origins.hostedUi.get(domain);
      if (origin)
        replacements.push([
          custom ? `https://${domain}` : `https://${domain}.auth.${region}.amazoncognito.com`,
          origin,
        ]);
    }
  }
  for (const { id, region } of [...model.restApis, ...model.httpApis]) {
    const origin = origins.api.get(id);
    if (origin) replacements.push([`https://${id}.execute-api.${region}.amazonaws.com`, origin]);
  }
  // The fullest first: below one path of a domain name there may be another API than below the rest.
  for (const { domainName, basePath, apiId, stage } of model.customDomains.toSorted(
    (a, b) => b.basePath.length - a.basePath.length,
  )) {
    const origin = origins.api.get(apiId);
    const address = basePath === "" ? `https://${domainName}` : `https://${domainName}/${basePath}`;
    if (origin)
      replacements.push([address, stage === undefined || stage === "$default" ? origin : `${origin}/${stage}`]);
  }
  for (const { id, region } of model.functionUrls) {
    const origin = origins.functionUrl.get(id);
    if (origin) replacements.push([`https://${id}.lambda-url.${region}.on.aws`, origin]);
  }
  const localise = (value: unknown): unknown => {
    if (typeof value === "string") return replaceAll(value, replacements);
    if (Array.isArray(value)) return value.map(localise);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, localise(item)]));
  };
  return localise as <T>(value: T) => T;
}

/** Only a whole address counts: `https://x.example` is no part of `https://x.example.org`. */
function replaceAll(text: string, replacements: [string, string][]): string {
  for (const [address, local] of replacements) {
    let from = 0;
    for (;;) {
      const at = text.indexOf(address, from);
      if (at < 0) break;
      const next = text[at + address.length];
      if (next !== undefined && /[A-Za-z0-9.:-]/.test(next)) {
        from = at + address.length;
        continue;
      }
      text = text.slice(0, at) + local + text.slice(at + address.length);
      from = at + local.length;
    }
  }
  return text;
}
