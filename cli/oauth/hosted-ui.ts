/**
 * Where a user pool's own pages are: as the issuer's discovery document says (OpenID Connect Discovery 1.0 §4). A
 * configuration that names others is refused: whoever runs them would receive the code, its verifier and every refresh
 * token (RFC 9700 §4.4).
 */
import { requestJson } from "../shared/http.ts";
import type { World } from "../shared/world.ts";
import { checkAddress } from "./addresses.ts";
import { OAuthRefused } from "./refusals.ts";

/**
 * The origin of a pool's domain.
 * @param configured what the configuration says, which must agree
 * @throws OAuthRefused `no-domain`, or `foreign-hosted-ui` when the configuration names another
 */
export async function hostedUiOrigin(
  world: Pick<World, "exchange">,
  issuer: string,
  configured: string | undefined,
): Promise<string> {
  const document = await requestJson(world, "the issuer", `${issuer}/.well-known/openid-configuration`);
  const endpoint = checkAddress(String(Object(document).authorization_endpoint));
  if (!endpoint.ok || endpoint.url.pathname !== "/oauth2/authorize")
    throw new OAuthRefused({ kind: "no-domain", code: "configuration_missing" });
  const { origin } = endpoint.url;
  if (configured === undefined || configured === origin) return origin;
  throw new OAuthRefused({
    kind: "foreign-hosted-ui",
    code: "configuration_invalid",
    configured,
    discovered: origin,
    issuer,
  });
}
