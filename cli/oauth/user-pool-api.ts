/**
 * The user pool's own API (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/), for operations
 * that an app client may call without AWS credentials.
 */
import { request } from "../shared/http.ts";
import type { World } from "../shared/world.ts";
import { OAuthRefused } from "./refusals.ts";
import type { TokenResponse } from "./token-endpoint.ts";

type Answer = Record<string, unknown>;

/** @throws OAuthRefused `user-pool` with the exception's type; RequestFailed */
export async function callUserPool(
  world: Pick<World, "exchange">,
  issuer: string,
  operation: "InitiateAuth" | "RespondToAuthChallenge" | "GetTokensFromRefreshToken",
  input: Record<string, unknown>,
): Promise<Answer> {
  const answer = await request(world, "the user pool", apiOf(issuer), {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const body = parse(answer.body.toString("utf8"));
  if (answer.status === 200) return body;
  const type = String(body.__type ?? `status ${answer.status}`)
    .split("#")
    .at(-1)!;
  throw new OAuthRefused({
    kind: "user-pool",
    code: "sign_in_refused",
    type,
    message: String(body.message ?? body.Message ?? ""),
  });
}

/** New tokens for a refresh token that did not come from the hosted UI. */
export async function refreshByPool(
  world: Pick<World, "exchange">,
  issuer: string,
  grant: { clientId: string; refreshToken: string },
): Promise<TokenResponse> {
  try {
    const { clientId: ClientId, refreshToken: RefreshToken } = grant;
    return tokensOf(await callUserPool(world, issuer, "GetTokensFromRefreshToken", { ClientId, RefreshToken }));
  } catch (error) {
    // A pool without rotation takes the older way only.
    const { refusal } = error as Partial<OAuthRefused>;
    const unsupported =
      refusal?.kind === "user-pool" && /UnknownOperation|NotImplemented|FeatureUnavailable/.test(refusal.type);
    if (!unsupported) throw error;
  }
  const answer = await callUserPool(world, issuer, "InitiateAuth", {
    AuthFlow: "REFRESH_TOKEN_AUTH",
    ClientId: grant.clientId,
    AuthParameters: { REFRESH_TOKEN: grant.refreshToken },
  });
  return tokensOf(answer);
}

/** The tokens of an `AuthenticationResult`. */
export function tokensOf(answer: Answer): TokenResponse {
  const result = Object(answer.AuthenticationResult) as Record<string, unknown>;
  const field = (name: string) => (typeof result[name] === "string" ? (result[name] as string) : undefined);
  return { idToken: field("IdToken"), accessToken: field("AccessToken"), refreshToken: field("RefreshToken") };
}

/** `issuer-cognito-idp.…` is an issuer's name only; the API has the region's. */
function apiOf(issuer: string): URL {
  const url = new URL("/", issuer);
  url.hostname = url.hostname.replace(/^issuer-/, "");
  return url;
}

function parse(text: string): Answer {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
