/**
 * What a browser answers when it made or used a passkey, as JSON (Web Authentication Level 3 §5.1: RegistrationResponseJSON and
 * AuthenticationResponseJSON), read member by member: only what is named here goes any further.
 */

import { isJsonObject } from "../../json-object.ts";
import { invalidParameter } from "../errors.ts";
import type { Attachment } from "../state/passkeys.ts";

/** Certificates of attestations are the longest that there is. */
const longest = 32_768;
const TRANSPORTS = new Set(["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"]);

/** What the browser says about the page (§5.8.1); the authenticator signs a hash of it. */
export interface ClientData {
  type: string;
  challenge: string;
  origin: string;
  /** Whether the page is in a frame of another site. */
  crossOrigin: boolean;
}

interface Response {
  /** Of the passkey, in base64url like all bytes here. */
  id: string;
  clientData: ClientData;
  clientDataJSON: string;
}

export interface RegistrationResponse extends Response {
  attestationObject: string;
  transports: string[];
  attachment: Attachment | undefined;
}

export interface AuthenticationResponse extends Response {
  authenticatorData: string;
  signature: string;
  /** The user that the authenticator keeps with the passkey. */
  userHandle: string | undefined;
}

/** @throws CognitoError InvalidParameterException */
export function readRegistrationResponse(credential: unknown): RegistrationResponse {
  const { common, members, response } = readResponse(credential);
  const { transports } = response;
  const attachment = members.authenticatorAttachment;
  return {
    ...common,
    attestationObject: bytes(response, "attestationObject", "response."),
    transports: Array.isArray(transports) ? [...TRANSPORTS].filter((known) => transports.includes(known)) : [],
    attachment: attachment === "platform" || attachment === "cross-platform" ? attachment : undefined,
  };
}

/** @throws CognitoError InvalidParameterException */
export function readAuthenticationResponse(credential: unknown): AuthenticationResponse {
  const { common, response } = readResponse(credential);
  const { userHandle } = response;
  return {
    ...common,
    authenticatorData: bytes(response, "authenticatorData", "response."),
    signature: bytes(response, "signature", "response."),
    userHandle:
      userHandle === undefined || userHandle === null ? undefined : bytes(response, "userHandle", "response."),
  };
}

function readResponse(credential: unknown) {
  const members = object(credential);
  const response = object(members.response);
  const id = bytes(members, "id");
  if (members.rawId !== undefined && members.rawId !== id) throw malformed("rawId is not the id");
  if (members.type !== "public-key") throw malformed("type is not public-key");
  const clientDataJSON = bytes(response, "clientDataJSON", "response.");
  return { common: { id, clientData: readClientData(clientDataJSON), clientDataJSON }, members, response };
}

function readClientData(encoded: string): ClientData {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, "base64url").toString());
  } catch {
    throw malformed("response.clientDataJSON is not JSON");
  }
  const { type, challenge, origin, crossOrigin, topOrigin } = object(value);
  if (typeof type !== "string" || typeof challenge !== "string" || typeof origin !== "string")
    throw malformed("response.clientDataJSON lacks type, challenge or origin");
  return { type, challenge, origin, crossOrigin: crossOrigin === true || topOrigin !== undefined };
}

function object(value: unknown): Record<string, unknown> {
  if (!isJsonObject(value)) throw malformed("an object is missing, as PublicKeyCredential.toJSON() makes it");
  return value;
}

function bytes(members: Record<string, unknown>, name: string, path = ""): string {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  if (typeof value !== "string" || value.length > longest || !/^[\w-]+$/.test(value))
    throw malformed(`${path}${name} is not base64url`);
  return value;
}

const malformed = (what: string) => invalidParameter(`The passkey credential is malformed: ${what}.`);
