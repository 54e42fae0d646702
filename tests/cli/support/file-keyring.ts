/** A keyring in files, so that several processes of a test share it. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Keyring } from "../../../cli/shared/keyring.ts";

export function fileKeyring(home: string): Keyring {
  const file = (account: string) => join(home, "keyring", account);
  return {
    name: "the test keyring",
    get: (account) => readFile(file(account)).catch(() => undefined),
    async set(account, secret) {
      await mkdir(join(home, "keyring"), { recursive: true });
      await writeFile(file(account), secret);
    },
    delete: (account) => rm(file(account), { force: true }),
  };
}
