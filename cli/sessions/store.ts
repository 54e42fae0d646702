/**
 * Sessions on disk, one file each under `<state home>/credentials`. With `keyring` the session inside is sealed with
 * AES-256-GCM (NIST SP 800-38D) under a key that only the system keyring holds; the binding stays readable and
 * is authenticated with it. The file itself says which of the two it is, so reading never guesses.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Keyring } from "../shared/keyring.ts";
import { deletePrivateFile, readPrivateFile, reservePrivateFile } from "../shared/private-files.ts";
import { stateHome } from "../shared/state-home.ts";
import type { World } from "../shared/world.ts";
import { type SessionRefusal, SessionRefused } from "./refusals.ts";
import { type Binding, clientSecretName, parseSession, type Session, sameBinding, sessionName } from "./session.ts";

export type StorageKind = "file" | "keyring";

export interface StoredSession {
  session: Session;
  /** Nobody has checked yet that its hosted UI is its pool's: versions before 2 believed the configuration. */
  unconfirmed?: boolean;
  storage: { kind: StorageKind; path: string };
}

const schemaVersion = 2;

interface Envelope {
  /** 1 had neither hosted UI nor account in its binding. */
  schemaVersion: 1 | typeof schemaVersion;
  storage: StorageKind;
  binding: Binding;
  session?: unknown;
  sealed?: { iv: string; tag: string; data: string };
}

/** More than a session takes: Cognito's tokens, with all of their groups and claims, are at most a few KB each. */
const sessionBytes = 64 * 1024;

/** Room for one session. */
export interface SessionPlace {
  keep(session: Session): Promise<StoredSession["storage"]>;
  /** Gives up what was not used. */
  release(): Promise<void>;
}

export class SessionStore {
  readonly directory: string;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.directory = join(stateHome(world), "credentials");
  }

  fileOf(binding: Binding): string {
    return join(this.directory, `${sessionName(binding)}.json`);
  }

  /**
   * @returns the binding's session, or `undefined` when there is none
   * @throws SessionRefused `damaged`; CliError `storage_unsafe` or `storage_unavailable`
   */
  async read(binding: Binding): Promise<StoredSession | undefined> {
    const stored = await this.#readFile(this.fileOf(binding));
    if (!stored) return undefined;
    if (!sameBinding({ ...stored.session, hostedUi: binding.hostedUi }, binding))
      throw damaged(stored.storage.path, "elsewhere");
    // Made through other sign-in pages than the target has now: not its session.
    return sameBinding(stored.session, binding) ? stored : undefined;
  }

  /** Proves that a session can be kept, before anybody signs in. @throws CliError `storage_unavailable` */
  async probe(): Promise<void> {
    const file = join(this.directory, `probe-${this.#world.randomBytes(6).toString("hex")}`);
    const reservation = await reservePrivateFile(this.#world, file, sessionBytes);
    await reservation.release();
  }

  async write(session: Session, kind: StorageKind): Promise<StoredSession["storage"]> {
    const place = await this.reserve(session, kind);
    try {
      return await place.keep(session);
    } finally {
      await place.release();
    }
  }

  /**
   * Makes room for a session, and its key, before something is spent that the session must keep.
   * @throws CliError `storage_unavailable` when there is no room
   */
  async reserve(binding: Binding, kind: StorageKind): Promise<SessionPlace> {
    const path = this.fileOf(binding);
    const key = kind === "keyring" ? await this.#key(binding, true) : undefined;
    const reservation = await reservePrivateFile(this.#world, path, sessionBytes);
    return {
      keep: async (session) => {
        const envelope: Envelope = { schemaVersion, storage: kind, binding: bindingOf(session) };
        if (key === undefined) envelope.session = session;
        else envelope.sealed = seal(key, envelope, session, this.#world);
        await reservation.commit(`${JSON.stringify(envelope)}\n`);
        return { kind, path };
      },
      release: reservation.release,
    };
  }

  /** Deletes the binding's session, its key, and the secret of the app client if it was kept. @returns whether there was one */
  async delete(binding: Binding): Promise<boolean> {
    const path = this.fileOf(binding);
    const kind = await this.#kindOf(path);
    const existed = await deletePrivateFile(this.#world, path);
    if (kind === "keyring") {
      const keyring = await this.#keyring();
      await keyring.delete(sessionName(binding));
      if (await keyring.get(clientSecretName(binding))) await keyring.delete(clientSecretName(binding));
    }
    return existed;
  }

  /** Every session that can be read, and the files of those that cannot. */
  async list(): Promise<{ sessions: StoredSession[]; unreadable: string[] }> {
    const sessions: StoredSession[] = [];
    const unreadable: string[] = [];
    const names = await readdir(this.directory).catch(() => []);
    for (const name of names.filter((entry) => /^[0-9a-f]{40}\.json$/.test(entry)).sort()) {
      const path = join(this.directory, name);
      try {
        const stored = await this.#readFile(path);
        if (stored) sessions.push(stored);
      } catch {
        unreadable.push(path);
      }
    }
    return { sessions, unreadable };
  }

  async #readFile(path: string): Promise<StoredSession | undefined> {
    const text = await readPrivateFile(this.#world, path);
    if (text === undefined) return undefined;
    const envelope = parseEnvelope(text, path);
    const content =
      envelope.storage === "file" ? envelope.session : unseal(await this.#key(envelope.binding, false), envelope, path);
    const session = parseSession(content);
    if (!session) throw damaged(path, "shape");
    const unconfirmed = envelope.schemaVersion === 1 && session.hostedUi !== undefined;
    return { session, storage: { kind: envelope.storage, path }, ...(unconfirmed && { unconfirmed }) };
  }

  async #kindOf(path: string): Promise<StorageKind | undefined> {
    try {
      const text = await readPrivateFile(this.#world, path);
      return text === undefined ? undefined : parseEnvelope(text, path).storage;
    } catch {
      return undefined;
    }
  }

  async #keyring(): Promise<Keyring> {
    return this.#world.keyring();
  }

  /** The 32-byte key of a session, made on first use. */
  async #key(binding: Binding, create: boolean): Promise<Uint8Array> {
    const keyring = await this.#keyring();
    const account = sessionName(binding);
    const found = await keyring.get(account);
    if (found?.length === 32) return found;
    if (!create) throw damaged(this.fileOf(binding), "key-gone", keyring.name);
    const key = this.#world.randomBytes(32);
    await keyring.set(account, key);
    return key;
  }
}

function bindingOf(from: Binding): Binding {
  const { issuer, clientId, hostedUi, apiOrigin, account } = from;
  return { issuer, clientId, hostedUi, apiOrigin, account };
}

function parseEnvelope(text: string, path: string): Envelope {
  let value: Partial<Envelope> & Record<string, unknown>;
  try {
    value = Object(JSON.parse(text));
  } catch {
    throw damaged(path, "json");
  }
  if (value.schemaVersion !== 1 && value.schemaVersion !== schemaVersion) throw damaged(path, "version");
  if (value.storage !== "file" && value.storage !== "keyring") throw damaged(path, "storage-kind");
  return value as Envelope;
}

function seal(key: Uint8Array, envelope: Envelope, session: Session, world: World): Envelope["sealed"] {
  const iv = world.randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(authenticated(envelope));
  const data = Buffer.concat([cipher.update(JSON.stringify(session), "utf8"), cipher.final()]);
  return {
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
}

function unseal(key: Uint8Array, envelope: Envelope, path: string): unknown {
  try {
    const { iv, tag, data } = envelope.sealed!;
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64"), { authTagLength: 16 })
      .setAAD(authenticated(envelope))
      .setAuthTag(Buffer.from(tag, "base64"));
    const plain = Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]);
    return JSON.parse(plain.toString("utf8"));
  } catch {
    throw damaged(path, "seal");
  }
}

function authenticated({ schemaVersion, binding }: Envelope): Buffer {
  const parts = [schemaVersion, binding.issuer, binding.clientId, binding.apiOrigin ?? null];
  if (schemaVersion > 1) parts.push(binding.hostedUi ?? null, binding.account ?? null);
  return Buffer.from(JSON.stringify(parts));
}

function damaged(path: string, why: (SessionRefusal & { kind: "damaged" })["why"], keyring?: string): SessionRefused {
  return new SessionRefused({ kind: "damaged", code: "session_damaged", path, why, ...(keyring && { keyring }) });
}
