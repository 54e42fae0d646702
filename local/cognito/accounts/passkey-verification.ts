/**
 * Checks what an authenticator signed (Web Authentication Level 3 §7.1 and §7.2). Loaded for the first passkey of a cloud.
 */
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { cose, decodeAttestationObject, decodeCredentialPublicKey, isoBase64URL } from "@simplewebauthn/server/helpers";
import { CognitoError } from "../errors.ts";
import type { Passkey } from "../state/passkeys.ts";
import type { AuthenticationResponse, RegistrationResponse } from "./passkey-responses.ts";

export interface Ceremony {
  challenge: string;
  relyingPartyId: string;
  /** COSE algorithms that the pool takes. */
  algorithms: number[];
  userVerification: "required" | "preferred";
}

/**
 * The formats that come without being asked for: a pool asks for no attestation. Those of particular vendors are not read, since
 * their certificates name addresses that would be asked.
 */
const FORMATS = new Set(["none", "packed", "fido-u2f"]);

/**
 * @returns the public key and the counter of the new passkey
 * @throws CognitoError WebAuthnRelyingPartyMismatchException, WebAuthnCredentialNotSupportedException
 */
export async function verifyRegistration(
  response: RegistrationResponse,
  { challenge, relyingPartyId, algorithms, userVerification }: Ceremony,
): Promise<{ publicKey: Uint8Array<ArrayBuffer>; signCount: number }> {
  const { id, clientDataJSON, attestationObject, clientData } = response;
  try {
    refuseFormat(decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)));
    const { registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...{ id, rawId: id, type: "public-key", clientExtensionResults: {} },
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: challenge,
      expectedOrigin: clientData.origin,
      expectedRPID: relyingPartyId,
      requireUserVerification: userVerification === "required",
      supportedAlgorithmIDs: algorithms,
    });
    if (!registrationInfo) throw new Error("its attestation is not signed by it");
    const { credential } = registrationInfo;
    if (credential.id !== id) throw new Error("its id is not the one that the authenticator gave");
    requireUsableKey(credential.publicKey);
    return { publicKey: credential.publicKey, signCount: credential.counter };
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "UnexpectedRPIDHash")
      throw new CognitoError(
        "WebAuthnRelyingPartyMismatchException",
        `The passkey was made for another relying party than ${relyingPartyId}.`,
      );
    // What the library trips over was made by no authenticator.
    const because =
      error instanceof TypeError || error instanceof RangeError ? "its attestation cannot be read" : message;
    throw new CognitoError("WebAuthnCredentialNotSupportedException", `The passkey is not supported: ${because}.`);
  }
}

function refuseFormat(attestation: unknown): void {
  const format: unknown = attestation instanceof Map ? attestation.get("fmt") : undefined;
  if (typeof format !== "string") throw new Error("its attestation cannot be read");
  if (!FORMATS.has(format)) throw new Error(`its attestation is of the format ${format.slice(0, 40)}`);
}

/** Without attestation nothing has used the key yet: one that is not on its curve could never sign in. */
function requireUsableKey(encoded: Uint8Array<ArrayBuffer>): void {
  const key = decodeCredentialPublicKey(encoded);
  const text = (bytes: unknown) => (bytes instanceof Uint8Array ? isoBase64URL.fromBuffer(new Uint8Array(bytes)) : "");
  let jwk: JsonWebKey;
  if (cose.isCOSEPublicKeyEC2(key))
    jwk = { kty: "EC", crv: "P-256", x: text(key.get(cose.COSEKEYS.x)), y: text(key.get(cose.COSEKEYS.y)) };
  else if (cose.isCOSEPublicKeyRSA(key))
    jwk = { kty: "RSA", n: text(key.get(cose.COSEKEYS.n)), e: text(key.get(cose.COSEKEYS.e)) };
  else throw new Error("its key is neither of an elliptic curve nor of RSA");
  createPublicKey({ key: jwk, format: "jwk" });
}

/**
 * @returns the counter that the authenticator signed, or why the answer proves nothing
 */
export async function verifyAuthentication(
  response: AuthenticationResponse,
  passkey: Passkey,
  { challenge, relyingPartyId, userVerification }: Omit<Ceremony, "algorithms">,
): Promise<{ ok: true; signCount: number } | { ok: false; reason: string }> {
  const { id, clientDataJSON, authenticatorData, signature, clientData } = response;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ id, rawId: id, type: "public-key", clientExtensionResults: {} },
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: clientData.origin,
      expectedRPID: relyingPartyId,
      credential: { id, publicKey: passkey.publicKey, counter: passkey.signCount },
      requireUserVerification: userVerification === "required",
    });
    return verified
      ? { ok: true, signCount: authenticationInfo.newCounter }
      : { ok: false, reason: "the signature is not that of the passkey" };
  } catch (error) {
    return { ok: false, reason: (error as Error).message };
  }
}
