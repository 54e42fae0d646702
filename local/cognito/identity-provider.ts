/** The identity-provider origin, `cognito-idp.<region>.amazonaws.com` on AWS: discovery, keys and the JSON API. */
import { jsonApi } from "./api/api.ts";
import type { Pool } from "./pool.ts";
import { jsonWebKeySet, openidConfiguration } from "./tokens/discovery.ts";

const wellKnown = /^\/([\w-]+_[0-9a-zA-Z]+)\/\.well-known\/(openid-configuration|jwks\.json)$/;

export function identityProviderApp(
  pools: ReadonlyMap<string, Pool>,
): (request: Request) => Promise<Response | undefined> {
  const api = jsonApi(pools);
  return async (request) => {
    const answered = await api(request);
    if (answered) return answered;
    const [, poolId, document] = wellKnown.exec(new URL(request.url).pathname) ?? [];
    if (poolId === undefined || (request.method !== "GET" && request.method !== "HEAD")) return undefined;
    const pool = pools.get(poolId);
    if (!pool) return publicJson({ message: `User pool ${poolId} does not exist.` }, 400);
    return publicJson(document === "jwks.json" ? await jsonWebKeySet(pool) : openidConfiguration(pool));
  };
}

/** Public documents: single-page applications read them from their own origin. */
function publicJson(body: unknown, status = 200): Response {
  return Response.json(body, {
    status,
    headers: {
      "access-control-allow-origin": "*",
      // AWS lets these be kept for a day; here a cloud that forgets makes new keys at every start.
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    },
  });
}
