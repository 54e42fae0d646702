/**
 * An authenticator in software, with the browser around it: makes passkeys and signs with them as Web Authentication Level 3 has it,
 * and every part of what it answers can be made wrong.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

type Cbor = number | string | Buffer | boolean | Cbor[] | Map<number | string, Cbor>;

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 0x100) return Buffer.from([(major << 5) | 24, length]);
  const bytes = Buffer.from([(major << 5) | 25, 0, 0]);
  bytes.writeUInt16BE(length, 1);
  return bytes;
}

/** RFC 8949, as far as attestations need it. */
export function cbor(value: Cbor): Buffer {
  if (typeof value === "boolean") return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
}

export const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();

export interface CreationOptions {
  challenge: string;
  rp: { id: string; name: string };
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: { alg: number; type: string }[];
  excludeCredentials: { id: string; type: string; transports: string[] }[];
  authenticatorSelection: Record<string, unknown>;
  timeout: number;
}

export interface RequestOptions {
  challenge: string;
  timeout: number;
  rpId: string;
  allowCredentials: { id: string; type: string; transports: string[] }[];
  userVerification: string;
}

/** What may be other than it should be. */
export interface Changes {
  origin?: string;
  type?: string;
  challenge?: string;
  clientData?: Record<string, unknown>;
  relyingPartyId?: string;
  /** User present 1, user verified 4, backup 8 and 16, attested 64, extensions 128. */
  flags?: number;
  counter?: number;
  /** For a registration: statement and format. */
  attestation?: (signed: Buffer, key: KeyObject) => { fmt: Cbor; attStmt: Cbor };
  /** In the place of the attestation object. */
  attestationObject?: Buffer;
  signature?: (right: Buffer) => Buffer;
  userHandle?: string;
  id?: string;
  members?: Record<string, unknown>;
}

export interface SoftwarePasskey {
  id: string;
  privateKey: KeyObject;
  userHandle: string;
  counter: number;
}

const PRESENT_AND_VERIFIED = 0b101;
const ATTESTED = 0x40;

export class Authenticator {
  readonly passkeys: SoftwarePasskey[] = [];
  readonly algorithm: -7 | -257;
  readonly origin: string;
  /** Authenticators of platforms, which copy their passkeys between devices, count nothing. */
  readonly counts: boolean;

  constructor({ algorithm = -7 as -7 | -257, origin = "http://localhost:5173", counts = true } = {}) {
    this.algorithm = algorithm;
    this.origin = origin;
    this.counts = counts;
  }

  #clientData(type: string, challenge: string, changes: Changes): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: changes.type ?? type,
        challenge: changes.challenge ?? challenge,
        origin: changes.origin ?? this.origin,
        crossOrigin: false,
        ...changes.clientData,
      }),
    );
  }

  #authenticatorData(relyingPartyId: string, preset: number, counter: number, changes: Changes): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(changes.counter ?? counter);
    const hash = sha256(changes.relyingPartyId ?? relyingPartyId);
    return Buffer.concat([hash, Buffer.from([changes.flags ?? preset]), count]);
  }

  /** @returns RegistrationResponseJSON */
  create(options: CreationOptions, changes: Changes = {}): Record<string, unknown> {
    const { publicKey, privateKey } =
      this.algorithm === -7
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = publicKey.export({ format: "jwk" });
    const number = (text: string | undefined) => Buffer.from(text!, "base64url");
    const coseKey = new Map<number, Cbor>(
      this.algorithm === -7
        ? [
            ...([
              [1, 2],
              [3, -7],
              [-1, 1],
            ] as const),
            [-2, number(jwk.x)],
            [-3, number(jwk.y)],
          ]
        : [
            ...([
              [1, 3],
              [3, -257],
            ] as const),
            [-1, number(jwk.n)],
            [-2, number(jwk.e)],
          ],
    );
    const id = changes.id === undefined ? randomBytes(20) : Buffer.from(changes.id, "base64url");
    const clientData = this.#clientData("webauthn.create", options.challenge, changes);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const flags = PRESENT_AND_VERIFIED | ATTESTED;
    const authData = Buffer.concat([
      this.#authenticatorData(options.rp.id, flags, 0, changes),
      ...[Buffer.alloc(16), length, id, cbor(coseKey)],
    ]);
    const signed = Buffer.concat([authData, sha256(clientData)]);
    const { fmt, attStmt } = changes.attestation?.(signed, privateKey) ?? { fmt: "none", attStmt: new Map() };
    const object = cbor(
      new Map<string, Cbor>([
        ["fmt", fmt],
        ["attStmt", attStmt],
        ["authData", authData],
      ]),
    );
    const passkey = { id: id.toString("base64url"), privateKey, userHandle: options.user.id, counter: 0 };
    this.passkeys.push(passkey);
    return {
      id: passkey.id,
      rawId: passkey.id,
      type: "public-key",
      authenticatorAttachment: "platform",
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString("base64url"),
        attestationObject: (changes.attestationObject ?? object).toString("base64url"),
        transports: ["internal", "hybrid"],
      },
      ...changes.members,
    };
  }

  /** @returns AuthenticationResponseJSON, with the newest passkey unless told */
  get(options: RequestOptions, changes: Changes = {}, passkey = this.passkeys.at(-1)!): Record<string, unknown> {
    if (this.counts) passkey.counter += 1;
    const clientData = this.#clientData("webauthn.get", options.challenge, changes);
    const data = this.#authenticatorData(options.rpId, PRESENT_AND_VERIFIED, passkey.counter, changes);
    const signature = sign("sha256", Buffer.concat([data, sha256(clientData)]), passkey.privateKey);
    const id = changes.id ?? passkey.id;
    return {
      id,
      rawId: id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: data.toString("base64url"),
        signature: (changes.signature?.(signature) ?? signature).toString("base64url"),
        userHandle: changes.userHandle ?? passkey.userHandle,
      },
      ...changes.members,
    };
  }
}
