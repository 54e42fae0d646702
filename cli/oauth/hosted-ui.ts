/** Where a user pool's own pages are: OpenID Connect Discovery 1.0 §4, for targets that do not say. */
import { requestJson } from "../shared/http.ts";
import type { World } from "../shared/world.ts";
import { checkAddress } from "./addresses.ts";
import { OAuthRefused } from "./refusals.ts";

/**
 * The origin of a pool's domain: as configured, else as the issuer's discovery document says.
 * @throws OAuthRefused `no-domain` when neither says
 */
export async function hostedUiOrigin(
  world: Pick<World, "exchange">,
  issuer: string,
  configured: string | undefined,
): Promise<string> {
  if (configured) return configured;
  const document = await requestJson(world, "the issuer", `${issuer}/.well-known/openid-configuration`);
  const endpoint = checkAddress(String(Object(document).authorization_endpoint));
  if (endpoint.ok && endpoint.url.pathname === "/oauth2/authorize") return endpoint.url.origin;
  throw new OAuthRefused({ kind: "no-domain", code: "configuration_missing" });
}
