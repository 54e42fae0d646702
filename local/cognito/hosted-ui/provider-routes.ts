/**
 * To an external identity provider and back: the redirect that leaves the hosted UI, and `/oauth2/idpresponse`, where the
 * provider sends the browser afterwards. Whatever goes wrong once the application is known goes back to it
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoint-idp-responses.html).
 */
import type { Context, Hono } from "hono";
import { CognitoError, isTriggerFailure } from "../errors.ts";
import { profileOf } from "../federation/profile.ts";
import { ProviderFailure } from "../federation/provider-failure.ts";
import { askedProvider, type ServedProvider } from "../federation/providers.ts";
import { reportSignIn } from "../pool.ts";
import { type AuthorizationRequest, parseAuthorization, withParameters } from "./authorization-request.ts";
import { beginAtProvider, returnFromProvider } from "./browser-state.ts";
import { completeSignIn, type HostedUi, local, oauthEvent, signInFor, toErrorPage } from "./page-request.ts";

const CALLBACK_PATH = "/oauth2/idpresponse";
/** Time to sign in at the provider. */
const PATIENCE_SECONDS = 900;
/** Cognito's tokens carry a nonce after a sign-in at a provider even when the application sent none. */
const NONCE_BYTES = 128;

/** What is kept until the provider answers. */
interface Excursion {
  provider: string;
  nonce: string;
  /** The query of the authorization request. */
  query: string;
}

/** Sends the browser to the provider. */
export async function goToProvider(
  c: Context,
  { pool }: HostedUi,
  request: AuthorizationRequest,
  provider: ServedProvider,
): Promise<Response> {
  const nonce = pool.platform.randomBytes(32).toString("base64url");
  const excursion: Excursion = { provider: provider.name, nonce, query: request.query };
  const flow = {
    clientId: request.client.id,
    sub: "",
    step: "EXTERNAL_PROVIDER",
    data: JSON.stringify(excursion),
  } as const;
  const state = beginAtProvider(c, pool, flow, PATIENCE_SECONDS);
  const redirectUri = local(c, CALLBACK_PATH);
  try {
    const { authorizationAddress } = await import("../federation/relying-party.ts");
    const address = await authorizationAddress(provider, {
      redirectUri,
      state,
      nonce,
      prompt: request.prompt,
      loginHint: request.loginHint,
    });
    const expectation = `${provider.name} must have ${redirectUri} among its redirect addresses.`;
    oauthEvent(c, pool, request.client.id, `sent to ${provider.name}`, expectation);
    return c.redirect(address.href, 302);
  } catch (error) {
    return refuse(c, { pool }, request, provider.name, error);
  }
}

export function providerRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool, domain } = hostedUi;

  app.get(CALLBACK_PATH, async (c) => {
    const url = new URL(c.req.url);
    const state = url.searchParams.get("state") ?? "";
    const flow = returnFromProvider(c, pool, state);
    if (!flow) {
      oauthEvent(c, pool, undefined, "refused", "the state is not of a sign-in that this browser has under way");
      return toErrorPage(c, "Invalid state", undefined);
    }
    const { provider: name, nonce, query } = JSON.parse(flow.data) as Excursion;
    // The program may have changed meanwhile.
    const parsed = parseAuthorization(
      pool,
      new URL(`/oauth2/authorize?${query}`, url),
      domain.managedLoginVersion === 2,
    );
    const asked = parsed.ok ? askedProvider(pool, parsed.request.client, name, undefined) : undefined;
    if (!parsed.ok || !asked?.ok || !asked.provider) {
      oauthEvent(c, pool, flow.clientId, "refused", `the client no longer supports the identity provider ${name}`);
      return toErrorPage(c, "Login option is not available", flow.clientId);
    }
    const { request } = parsed;
    try {
      const { claimsFromAnswer } = await import("../federation/relying-party.ts");
      const { signInExternal } = await import("../federation/sign-in.ts");
      const claims = await claimsFromAnswer(asked.provider, url, { state, nonce });
      const profile = profileOf(asked.provider, claims);
      const { user, isFirst } = await signInExternal(pool, request.client, asked.provider, profile);
      const withNonce = {
        ...request,
        nonce: request.nonce ?? pool.platform.randomBytes(NONCE_BYTES).toString("base64url"),
      };
      // The functions that follow a sign-in were called as those that follow a sign-up.
      return await (isFirst ? signInFor : completeSignIn)(c, hostedUi, withNonce, user);
    } catch (error) {
      return refuse(c, hostedUi, request, name, error);
    }
  });
}

/** In the query for `code` and in the fragment for `token`, in the order and with the blanks that were recorded. */
function refuse(
  c: Context,
  { pool }: Pick<HostedUi, "pool">,
  request: AuthorizationRequest,
  provider: string,
  error: unknown,
): Response {
  if (!(error instanceof ProviderFailure) && !(error instanceof CognitoError)) throw error;
  const description = error instanceof CognitoError && isTriggerFailure(error) ? `${error.message} ` : error.message;
  reportSignIn(pool, request.client, `somebody of ${provider}`, "refused", error.reason ?? error.message);
  const { redirectUri, responseType, state } = request;
  const address = withParameters("", responseType === "token" ? "#" : "?", {
    error_description: description,
    state,
    error: error instanceof ProviderFailure ? error.error : "invalid_request",
  }).replaceAll("%20", "+");
  return c.redirect(
    redirectUri.includes("?") && address.startsWith("?") ? `${redirectUri}&${address.slice(1)}` : redirectUri + address,
    302,
  );
}
