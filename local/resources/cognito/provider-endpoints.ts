/**
 * Where people sign in with an external identity provider: what AWS knows of each type of provider by itself, joined with
 * the details that the program gives
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html).
 */
import type { ProviderSignIn } from "../../model.ts";

/** Types whose protocol is OpenID Connect, or an OAuth 2.0 profile of the same shape. */
export const SERVED_TYPES = ["OIDC", "Google", "LoginWithAmazon"];

/** What DescribeIdentityProvider answers beside what was declared. */
const KNOWN_DETAILS: Record<string, Record<string, string>> = {
  OIDC: { attributes_url_add_attributes: "false" },
  Google: {
    attributes_url: "https://people.googleapis.com/v1/people/me?personFields=",
    attributes_url_add_attributes: "true",
    authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
    oidc_issuer: "https://accounts.google.com",
    token_request_method: "POST",
    token_url: "https://www.googleapis.com/oauth2/v4/token",
  },
  LoginWithAmazon: {
    attributes_url: "https://api.amazon.com/user/profile",
    attributes_url_add_attributes: "false",
    authorize_url: "https://www.amazon.com/ap/oa",
    token_request_method: "POST",
    token_url: "https://api.amazon.com/auth/o2/token",
  },
};

/** Google's keys, which its discovery document names and AWS's details do not. */
const GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs";

/** The claim that is a person's name at the provider, unless the program maps another to `username`. */
export const USERNAME_CLAIMS: Record<string, string> = { OIDC: "sub", Google: "sub", LoginWithAmazon: "user_id" };

/** @returns the provider's details with those that AWS adds */
export const completeDetails = (type: string, details: Record<string, string>): Record<string, string> => ({
  ...KNOWN_DETAILS[type],
  ...details,
});

/** @param details complete; @returns `undefined` for a type that is not served */
export function providerSignIn(type: string, details: Record<string, string>): ProviderSignIn | undefined {
  if (!SERVED_TYPES.includes(type)) return undefined;
  return {
    idToken: type !== "LoginWithAmazon",
    clientId: details.client_id ?? "",
    clientSecret: details.client_secret || undefined,
    scope: details.authorize_scopes ?? "",
    issuer: details.oidc_issuer || undefined,
    authorizeUrl: details.authorize_url || undefined,
    tokenUrl: details.token_url || undefined,
    jwksUrl: type === "Google" ? details.jwks_uri || GOOGLE_KEYS : details.jwks_uri || undefined,
    // Google's People API wants the names of its own fields; the ID token has the claims that its scopes give.
    attributesUrl: type === "Google" ? undefined : details.attributes_url || undefined,
    attributesMethod: details.attributes_request_method === "POST" ? "POST" : "GET",
    takesLoginHint: type !== "LoginWithAmazon",
  };
}
