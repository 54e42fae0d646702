/**
 * Passkeys (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html):
 * registered after a sign-in, and a first factor from then on. What is signed is checked in `passkey-verification.ts`.
 *
 * On AWS they belong to the relying party that the pool declares, or to its domain. Here they belong to `localhost`: a browser makes
 * and shows those of any other domain only to that domain's own pages, and takes no IP address.
 */
import type { AppClientModel } from "../../model.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { Attachment, Passkey } from "../state/passkeys.ts";
import type { User } from "../state/users.ts";
import { type AuthenticationResponse, type ClientData, readRegistrationResponse } from "./passkey-responses.ts";

const localRelyingParty = "localhost";
const mostPasskeys = 20;
const registrationSeconds = 300;
/** ES256 and RS256, in the numbers of COSE. */
const ALGORITHMS = [-7, -257];

type UserVerification = "required" | "preferred";

export const hasRelyingParty = ({ model: { passkeys, domains } }: Pool): boolean =>
  passkeys.relyingPartyId !== undefined || domains.length > 0;

/** @throws CognitoError WebAuthnNotEnabledException, WebAuthnConfigurationMissingException */
function relyingParty(pool: Pool): { id: string; userVerification: UserVerification } {
  const { firstFactors, passkeys } = pool.model;
  if (!firstFactors.includes("WEB_AUTHN"))
    throw new CognitoError(
      "WebAuthnNotEnabledException",
      "Passkeys are not enabled for the user pool: WEB_AUTHN is not among signInPolicy.allowedFirstAuthFactors.",
    );
  if (!hasRelyingParty(pool))
    throw new CognitoError(
      "WebAuthnConfigurationMissingException",
      "The user pool has no relying party: set webAuthnConfiguration.relyingPartyId, or give the pool a domain.",
    );
  return { id: localRelyingParty, userVerification: passkeys.userVerification };
}

const userHandle = ({ sub }: User) => Buffer.from(sub).toString("base64url");

/**
 * @returns PublicKeyCredentialCreationOptionsJSON (Web Authentication Level 3 §5.1)
 * @throws CognitoError WebAuthnNotEnabledException, WebAuthnConfigurationMissingException, LimitExceededException
 */
export function startPasskeyRegistration(pool: Pool, client: AppClientModel, user: User): Record<string, unknown> {
  const { id, userVerification } = relyingParty(pool);
  const registered = pool.passkeys.list(user.sub);
  refuseOneMore(registered);
  const flow = { clientId: client.id, sub: user.sub, step: "PASSKEY_REGISTRATION" as const, data: "" };
  return {
    authenticatorSelection: { requireResidentKey: true, residentKey: "required", userVerification },
    // No session goes with a registration: its challenge is what finds it again.
    challenge: pool.flows.begin(flow, registrationSeconds),
    excludeCredentials: registered.map(descriptor),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ alg, type: "public-key" })),
    rp: { id, name: id },
    timeout: 60_000,
    user: { displayName: user.username, id: userHandle(user), name: user.username },
  };
}

const descriptor = ({ id, transports }: Passkey) => ({ type: "public-key", id, transports });

function refuseOneMore(registered: Passkey[]): void {
  if (registered.length >= mostPasskeys)
    throw new CognitoError("LimitExceededException", `A user can have ${mostPasskeys} passkeys at most.`);
}

/**
 * @param credential RegistrationResponseJSON, as it came
 * @param page the origin of the only page that may have asked; any of the relying party's without it
 * @throws CognitoError InvalidParameterException, LimitExceededException and the WebAuthn…Exceptions of CompleteWebAuthnRegistration
 */
export async function completePasskeyRegistration(
  pool: Pool,
  client: AppClientModel,
  user: User,
  credential: unknown,
  page?: string,
): Promise<void> {
  const { id: relyingPartyId, userVerification } = relyingParty(pool);
  const response = readRegistrationResponse(credential);
  const { challenge, type } = response.clientData;
  const flow = pool.flows.get(challenge);
  if (flow?.step !== "PASSKEY_REGISTRATION" || flow.sub !== user.sub) throw challengeNotFound();
  if (flow.clientId !== client.id)
    throw new CognitoError(
      "WebAuthnClientMismatchException",
      "The access token is of another app client than the one that the registration was started with.",
    );
  if (!pool.flows.end(challenge)) throw challengeNotFound();
  if (type !== "webauthn.create") throw invalidParameter("The passkey credential is not that of a registration.");
  const foreign = foreignPage(response.clientData, page);
  if (foreign) throw new CognitoError("WebAuthnOriginNotAllowedException", foreign);
  const { verifyRegistration } = await import("./passkey-verification.ts");
  const ceremony = { challenge, relyingPartyId, algorithms: ALGORITHMS, userVerification };
  const verified = await verifyRegistration(response, ceremony);
  // Others may have been registered, and the user deleted, since it began.
  refuseOneMore(pool.passkeys.list(user.sub));
  if (!pool.users.bySub(user.sub)) throw challengeNotFound();
  const { id, attachment, transports } = response;
  const passkey = { id, name: nameFor(attachment), relyingPartyId, attachment, transports, ...verified };
  if (!pool.passkeys.add(user.sub, passkey)) throw invalidParameter("The passkey is already registered.");
}

const nameFor = (attachment: Attachment | undefined) =>
  attachment === "cross-platform" ? "Roaming passkey" : "Passkey";

const challengeNotFound = () =>
  new CognitoError(
    "WebAuthnChallengeNotFoundException",
    "The registration was not started, has expired or was completed before.",
  );

/** @throws CognitoError ResourceNotFoundException */
export function deletePasskey(pool: Pool, user: User, id: string): void {
  if (!pool.passkeys.delete(user.sub, id))
    throw new CognitoError("ResourceNotFoundException", "The passkey does not exist.");
}

/** Whether the user could sign in with a passkey, as far as that is theirs and the pool's. */
export const hasUsablePasskey = (pool: Pool, user: User): boolean => usablePasskeys(pool, user).length > 0;

const usablePasskeys = (pool: Pool, { sub }: User): Passkey[] =>
  hasRelyingParty(pool) ? pool.passkeys.list(sub).filter((each) => each.relyingPartyId === localRelyingParty) : [];

/**
 * @param seconds how long the challenge is good
 * @returns PublicKeyCredentialRequestOptionsJSON (Web Authentication Level 3 §5.1)
 */
export function passkeyRequest(pool: Pool, user: User, seconds: number) {
  const { id: rpId, userVerification } = relyingParty(pool);
  return {
    challenge: pool.platform.randomBytes(32).toString("base64url"),
    timeout: seconds * 1000,
    rpId,
    allowCredentials: usablePasskeys(pool, user).map(descriptor),
    userVerification,
  };
}

/** Whether a page of that host can use passkeys here. */
export const isPasskeyHost = (hostname: string): boolean =>
  hostname === localRelyingParty || hostname.endsWith(`.${localRelyingParty}`);

/**
 * @param response of `readAuthenticationResponse`, to the request with this challenge
 * @param page the origin of the only page that may have asked; any of the relying party's without it
 * @throws CognitoError NotAuthorizedException, with a reason for the console
 */
export async function provePasskey(
  pool: Pool,
  user: User,
  challenge: string,
  response: AuthenticationResponse,
  page?: string,
): Promise<void> {
  const { id: relyingPartyId, userVerification } = relyingParty(pool);
  const { clientData, id } = response;
  const foreign = foreignPage(clientData, page);
  if (foreign) throw notProved(foreign);
  const passkey = pool.passkeys.get(user.sub, id);
  if (!passkey) throw notProved("the user has no such passkey");
  if (response.userHandle !== undefined && response.userHandle !== userHandle(user))
    throw notProved("the passkey was made for another user");
  const { verifyAuthentication } = await import("./passkey-verification.ts");
  const proof = await verifyAuthentication(response, passkey, { challenge, relyingPartyId, userVerification });
  if (!proof.ok) throw notProved(proof.reason);
  if (!pool.passkeys.setSigned(user.sub, id, proof.signCount))
    throw notProved("the counter of the passkey did not grow");
}

const notProved = (reason: string) =>
  new CognitoError("NotAuthorizedException", "The passkey does not sign this user in.", reason);

/** @returns why the page may not use passkeys of this relying party; `undefined` when it may */
function foreignPage({ origin, crossOrigin }: ClientData, page: string | undefined): string | undefined {
  if (crossOrigin) return `The page of ${printable(origin)} was in a frame of another site.`;
  if (page !== undefined && origin !== page) return `The passkey was asked for by ${printable(origin)}.`;
  if (isLocalOrigin(origin)) return undefined;
  return `The origin ${printable(origin)} is not allowed: passkeys are for the relying party ${localRelyingParty} here, so open the page at http://${localRelyingParty}.`;
}

const printable = (origin: string) => origin.slice(0, 200).replaceAll(/[^\x21-\x7e]/g, "?");

/** Of `localhost` and what is below it, on any port, which is where the relying party's pages can be (§5.1.3, step 8). */
function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, origin: normal } = new URL(origin);
  return isPasskeyHost(hostname) && normal === origin && (protocol === "http:" || protocol === "https:");
}
