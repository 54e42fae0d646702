/**
 * One sign-in from the first address to verified tokens: a loopback receiver and, where wanted, pasting run side by
 * side; the first answer that carries our `state` decides. Verification and storing happen before any success is shown.
 */

import { readPastes, splitPaste } from "../shared/hidden-lines.ts";
import { safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { authorizationUrl, createSecrets, type Flow, type Secrets, sameSecret } from "./authorization-request.ts";
import { type AuthorizationResponse, readAuthorizationResponse } from "./authorization-response.ts";
import type { PageWords } from "./callback-page.ts";
import { type Offer, openReceiver, type Verdict } from "./loopback-receiver.ts";
import { OAuthRefused } from "./refusals.ts";
import { redeemCode } from "./token-endpoint.ts";
import { type VerifiedTokens, verifyTokens } from "./verify.ts";

export interface SignInRequest {
  issuer: string;
  clientId: string;
  /** Origin of the user pool's domain. */
  hostedUi: string;
  flow: Flow;
  scopes: readonly string[];
  /** Registered redirect URIs on this machine, to try in order. */
  redirectUris: readonly string[];
  prompt?: string | undefined;
  loginHint?: string | undefined;
  identityProvider?: string | undefined;
  listenHost?: string | undefined;
  /** Also takes the answer from stdin. */
  paste: boolean;
  timeoutMs: number;
}

export interface SignedIn {
  idToken: string | undefined;
  accessToken: string | undefined;
  refreshToken: string | undefined;
  verified: VerifiedTokens;
}

/** What the person must hear on the way. */
export interface SignInWatcher {
  /** The receiver listens; time to open the browser. */
  ready(addresses: { authorizationUrl: string; redirectUri: string; close(error: Error): void }): void;
  /** Keeps the tokens; runs before success is shown, and its failure is the sign-in's. */
  keep(signedIn: SignedIn): Promise<void>;
  page: PageWords;
  /** What the page in the browser shows at the end. */
  verdict(outcome: { ok: true; signedIn: SignedIn } | { ok: false; error: unknown }): Verdict;
  /** An error that anybody could have sent; the wait goes on. */
  unauthenticatedError(claimed: string): void;
  /** What was pasted is not the answer: it belongs to another sign-in, or it is no answer at all. */
  pasteRefused(reason: "another-sign-in" | "not-an-answer"): void;
  debug(line: string): void;
}

const mostToldErrors = 3;

/**
 * @throws OAuthRefused, RequestFailed, or whatever `keep` throws
 */
export async function signIn(world: World, request: SignInRequest, watcher: SignInWatcher): Promise<SignedIn> {
  const secrets = createSecrets(world.randomBytes);
  let lastClaimedError: string | undefined;
  let redirectUri = "";

  const exchange = createExchange(secrets, watcher.verdict, async (response) => {
    const signedIn = await redeem(world, request, secrets, redirectUri, response);
    await watcher.keep(signedIn);
    return signedIn;
  });
  let toldErrors = 0;
  const noise = (claimed: string | undefined) => {
    if (claimed === undefined || claimed === lastClaimedError) return;
    lastClaimedError = claimed;
    // Any web page can send these, in any number and wording: the terminal is not its billboard.
    if (toldErrors < mostToldErrors) watcher.unauthenticatedError(safeText(claimed, 200));
    toldErrors += 1;
  };

  const receiver = await openReceiver({
    redirectUris: request.redirectUris,
    isOurState: (state) => sameSecret(secrets.state, state),
    offer: exchange.offer,
    onNoise: ({ what, claimedError }) => {
      watcher.debug(`ignored: ${what}`);
      noise(claimedError);
    },
    words: watcher.page,
    listenHost: request.listenHost,
  });
  redirectUri = receiver.redirectUri;

  const pastes = request.paste
    ? readPastes(world, async (line) => {
        const { query, fragment } = splitPaste(line);
        const offer = await exchange.offer(query, fragment);
        if (!offer.taken && offer.reason !== "finished") {
          noise(offer.error);
          watcher.pasteRefused(pasteRefusal(query, fragment));
        }
      })
    : undefined;
  const timer = setTimeout(
    () =>
      exchange.fail(
        new OAuthRefused({
          kind: "timeout",
          code: "sign_in_timeout",
          afterMs: request.timeoutMs,
          claimed: lastClaimedError,
          redirectUri,
        }),
      ),
    Math.min(request.timeoutMs, 2 ** 31 - 1),
  );
  try {
    watcher.ready({
      authorizationUrl: authorizationUrl(request.hostedUi, { ...request, redirectUri }, secrets).href,
      redirectUri,
      close: exchange.fail,
    });
    return await exchange.result;
  } finally {
    clearTimeout(timer);
    pastes?.close();
    await receiver.delivered();
    await receiver.close();
  }
}

interface RedirectExchange {
  offer(query: string, fragment: string): Promise<Offer>;
  fail(error: Error): void;
  result: Promise<SignedIn>;
}

/** Takes the first answer with our `state`, once; everything else bounces. */
function createExchange(
  secrets: Secrets,
  verdict: SignInWatcher["verdict"],
  complete: (response: AuthorizationResponse) => Promise<SignedIn>,
): RedirectExchange {
  const { promise: result, resolve, reject } = Promise.withResolvers<SignedIn>();
  result.catch(() => undefined);
  let settled = false;
  return {
    result,
    fail(error) {
      if (settled) return;
      settled = true;
      reject(error);
    },
    async offer(query, fragment) {
      const read = readAuthorizationResponse(query, fragment, secrets);
      if (!read.ok) return { taken: false, reason: "not-ours", error: read.error };
      if (settled) return { taken: false, reason: "finished", error: undefined };
      settled = true;
      try {
        const signedIn = await complete(read.response);
        // The receiver closes only after this verdict was delivered, so resolving first loses nothing.
        setImmediate(resolve, signedIn);
        return { taken: true, verdict: verdict({ ok: true, signedIn }) };
      } catch (error) {
        setImmediate(reject, error);
        return { taken: true, verdict: verdict({ ok: false, error }) };
      }
    },
  };
}

async function redeem(
  world: World,
  request: SignInRequest,
  secrets: Secrets,
  redirectUri: string,
  response: AuthorizationResponse,
): Promise<SignedIn> {
  const { flow, scopes } = request;
  if (response.kind === "error") {
    const { error, description } = response;
    const code = error === "access_denied" ? "sign_in_cancelled" : "sign_in_refused";
    throw new OAuthRefused({ kind: "authorization", code, error, description, flow, scopes });
  }
  if ((response.kind === "code") !== (flow === "code"))
    throw new OAuthRefused({ kind: "other-flow", code: "sign_in_refused", flow });
  const tokens =
    response.kind === "code"
      ? await redeemCode(world, request.hostedUi, {
          clientId: request.clientId,
          code: response.code,
          redirectUri,
          codeVerifier: secrets.codeVerifier,
        })
      : { ...response, refreshToken: undefined };
  const verified = await verifyTokens(
    world,
    { issuer: request.issuer, clientId: request.clientId, nonce: secrets.nonce },
    tokens,
  );
  return { idToken: tokens.idToken, accessToken: tokens.accessToken, refreshToken: tokens.refreshToken, verified };
}

function pasteRefusal(query: string, fragment: string): "another-sign-in" | "not-an-answer" {
  const parameters = new URLSearchParams(`${query.replace(/^\?/, "")}&${fragment.replace(/^#/, "")}`);
  return parameters.has("state") ? "another-sign-in" : "not-an-answer";
}
