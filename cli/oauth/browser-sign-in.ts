/**
 * One sign-in from the first address to verified tokens: a loopback receiver and, where wanted, pasting run side by
 * side; the first answer that carries our `state` decides. Verification and storing happen before any success is shown.
 */
import { CliError } from "../shared/errors.ts";
import { duration, safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { authorizationUrl, createSecrets, type Flow, type Secrets, sameSecret } from "./authorization-request.ts";
import { type AuthorizationResponse, readAuthorizationResponse } from "./authorization-response.ts";
import { type Offer, openReceiver, type Receiver } from "./loopback-receiver.ts";
import { readPastes, splitPaste } from "./paste.ts";
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
  ready(addresses: {
    authorizationUrl: string;
    startUrl: string;
    redirectUri: string;
    close(error: Error): void;
  }): void;
  /** Keeps the tokens; runs before success is shown, and its failure is the sign-in's. */
  keep(signedIn: SignedIn): Promise<void>;
  /** An error that anybody could have sent; the wait goes on. */
  unauthenticatedError(claimed: string): void;
  pasteRefused(reason: string): void;
  debug(line: string): void;
}

const mostToldErrors = 3;

/**
 * @throws CliError `sign_in_refused`, `sign_in_cancelled`, `sign_in_timeout`, `token_invalid`, `token_exchange_failed`,
 * `port_unavailable`, `network_failed`, or whatever `keep` throws
 */
export async function signIn(world: World, request: SignInRequest, watcher: SignInWatcher): Promise<SignedIn> {
  const secrets = createSecrets(world.randomBytes);
  let lastClaimedError: string | undefined;
  let redirectUri = "";

  const exchange = createExchange(secrets, async (response) => {
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
    authorizationUrl: (uri) => authorizationUrl(request.hostedUi, { ...request, redirectUri: uri }, secrets),
    isOurState: (state) => sameSecret(secrets.state, state),
    offer: exchange.offer,
    onNoise: ({ what, claimedError }) => {
      watcher.debug(`ignored: ${what}`);
      noise(claimedError);
    },
    startKey: world.randomBytes(16).toString("base64url"),
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
    () => exchange.fail(timeoutError(request, receiver, lastClaimedError)),
    Math.min(request.timeoutMs, 2 ** 31 - 1),
  );
  try {
    watcher.ready({
      authorizationUrl: authorizationUrl(request.hostedUi, { ...request, redirectUri }, secrets).href,
      startUrl: receiver.startUrl,
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
        const { email, username, sub } = signedIn.verified.user;
        const name = safeText(email ?? username ?? sub, 100);
        // The receiver closes only after this verdict was delivered, so resolving first loses nothing.
        setImmediate(resolve, signedIn);
        return {
          taken: true,
          verdict: {
            ok: true,
            title: "You are signed in",
            detail: `As ${name}. You can close this tab and go back to the terminal.`,
          },
        };
      } catch (error) {
        setImmediate(reject, error);
        const detail =
          error instanceof CliError ? error.message : "Something unexpected happened; the terminal says more.";
        return { taken: true, verdict: { ok: false, title: "The sign-in failed", detail } };
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
  if (response.kind === "error") throw refusedError(response.error, response.description, request);
  if ((response.kind === "code") !== (request.flow === "code")) {
    throw new CliError("sign_in_refused", "The identity provider answered for another flow than was asked for.", {
      next: `demo-auth login --flow ${request.flow === "code" ? "implicit" : "code"}`,
    });
  }
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

function refusedError(error: string, description: string | undefined, request: SignInRequest): CliError {
  const what = safeText(description && description !== error ? `${error} (${description})` : error, 200);
  if (error === "access_denied") {
    return new CliError("sign_in_cancelled", `The sign-in was cancelled in the browser: ${what}.`, {
      next: "Try again: demo-auth login",
    });
  }
  const other = request.flow === "code" ? "implicit" : "code";
  const next = /unauthorized_client/.test(what)
    ? `The app client does not allow the ${request.flow} flow; try demo-auth login --flow ${other}`
    : /invalid_scope/.test(what)
      ? `The app client does not allow one of: ${request.scopes.join(" ")}. Set "scopes" to what it allows`
      : /login_required/.test(what)
        ? "There is no session in the browser to reuse; leave out --prompt none"
        : "Try again: demo-auth login";
  return new CliError("sign_in_refused", `The identity provider refused the sign-in: ${what}.`, { next });
}

function timeoutError(request: SignInRequest, receiver: Receiver, claimed: string | undefined): CliError {
  const heard = claimed ? ` Meanwhile an error arrived that nothing vouches for: ${safeText(claimed, 200)}.` : "";
  return new CliError("sign_in_timeout", `Nobody finished signing in within ${duration(request.timeoutMs)}.${heard}`, {
    next: `Try again: demo-auth login. If the page said redirect_mismatch, register ${receiver.redirectUri} and run pulumi up`,
  });
}

function pasteRefusal(query: string, fragment: string): string {
  const parameters = new URLSearchParams(`${query.replace(/^\?/, "")}&${fragment.replace(/^#/, "")}`);
  return parameters.has("state")
    ? "That address belongs to another sign-in; paste the one that this sign-in ended at."
    : "That is not the address that the sign-in ended at; paste all of it, from http:// to the end.";
}
