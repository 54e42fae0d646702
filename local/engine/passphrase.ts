/**
 * Reads the secrets of a stack whose secrets provider is a passphrase: AES-256-GCM under a key that PBKDF2 (SHA-256,
 * 1,000,000 rounds) derives, written as `v1:<nonce>:<ciphertext and tag>`, all base64
 * (https://www.pulumi.com/docs/iac/concepts/secrets/).
 */
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { ProjectError, writeValues } from "./problems.ts";

const ROUNDS = 1_000_000;
const TAG_BYTES = 16;

/** @param salt the stack file's `encryptionsalt`; a stack whose secrets another provider keeps has none */
export const opensWithPassphrase = (salt: unknown): salt is string =>
  typeof salt === "string" && salt.startsWith("v1:");

/**
 * @param secret the `secure:` text of one config value
 * @param salt the stack file's `encryptionsalt`: `v1:<salt>:<an encrypted check word>`
 * @param where the file and key, for the message
 * @throws ProjectError when the passphrase is wrong
 */
export function decryptSecret(
  secret: string,
  salt: string,
  passphrase: string,
  where: { file: string; key: string },
): string {
  try {
    return decrypt(secret, keyOf(passphrase, salt.split(":")[1] ?? ""));
  } catch {
    throw new ProjectError(
      "config_secret",
      `The secret ${where.key} in ${where.file} does not open with this passphrase.`,
      howToOpen([where.key]),
    );
  }
}

/** What to say of secrets whose passphrase nobody has given. */
export const closed = (file: string, keys: readonly string[]): ProjectError =>
  new ProjectError(
    "config_secret",
    `${file} holds the secret${keys.length > 1 ? "s" : ""} ${keys.join(", ")}.`,
    howToOpen(keys),
  );

const howToOpen = (keys: readonly string[]): string =>
  `Set PULUMI_CONFIG_PASSPHRASE to the passphrase of this stack, or ${writeValues(keys)}`;

const keys = new Map<string, Buffer>();

/** A million rounds take a third of a second: once a stack is enough. */
function keyOf(passphrase: string, salt: string): Buffer {
  const name = `${salt}:${passphrase}`;
  let key = keys.get(name);
  if (!key) {
    key = pbkdf2Sync(passphrase, Buffer.from(salt, "base64"), ROUNDS, 32, "sha256");
    keys.set(name, key);
  }
  return key;
}

function decrypt(secret: string, key: Buffer): string {
  const [version, nonce, sealed] = secret.split(":");
  if (version !== "v1" || !nonce || !sealed) throw new Error("not a v1 secret");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)), decipher.final()]).toString(
    "utf8",
  );
}
