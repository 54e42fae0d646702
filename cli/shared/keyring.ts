/**
 * The operating system's keyring, holding one 32-byte key: a Cognito token set is larger than some keyrings take
 * (2560 bytes on Windows), so the tokens stay in a file sealed with that key.
 */
import { CliError } from "./errors.ts";

/** Where the key lives. Tests hand in one of their own. */
export interface Keyring {
  /** For the person: "the macOS keychain". */
  readonly name: string;
  get(account: string): Promise<Uint8Array | undefined>;
  set(account: string, secret: Uint8Array): Promise<void>;
  delete(account: string): Promise<void>;
}

const service = "demo-auth";
const timeoutMs = 3000;

/**
 * The real one. On Linux it is pinned to the Secret Service: the binding would otherwise fall back to the kernel's
 * session keyring, which forgets.
 */
export async function systemKeyring(platform: NodeJS.Platform): Promise<Keyring> {
  const { AsyncEntry } = await import("@napi-rs/keyring");
  const entry = (account: string) => new AsyncEntry(service, account, { linux: { store: "secret-service" } });
  const limit = () => AbortSignal.timeout(timeoutMs);
  return {
    name:
      platform === "darwin"
        ? "the macOS keychain"
        : platform === "win32"
          ? "the Windows credential manager"
          : "the Secret Service",
    get: (account) => orUnavailable(async () => toBytes(await entry(account).getSecret(limit()))),
    set: (account, secret) => orUnavailable(() => entry(account).setSecret(secret, limit())),
    delete: (account) => orUnavailable(async () => void (await entry(account).deleteCredential(limit()))),
  };
}

/** Writes, reads and deletes a throw-away value, so that an unusable keyring shows before the browser opens. */
export async function probeKeyring(keyring: Keyring, randomBytes: (size: number) => Buffer): Promise<void> {
  const account = `probe-${randomBytes(8).toString("hex")}`;
  const secret = randomBytes(32);
  await keyring.set(account, secret);
  const read = await keyring.get(account);
  await keyring.delete(account);
  if (!read || !secret.equals(read)) throw unavailable("it did not give back what was put in");
}

function toBytes(secret: ArrayLike<number> | null | undefined): Uint8Array | undefined {
  return secret ? Uint8Array.from(secret) : undefined;
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(`no answer within ${timeoutMs / 1000} s`)), timeoutMs + 200);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    throw error instanceof CliError ? error : unavailable((error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(why: string): CliError {
  return new CliError("storage_unavailable", `The system keyring cannot be used: ${why.replace(/\.$/, "")}.`, {
    next: "Unlock or start it, or keep the session in a private file: --storage file",
  });
}
