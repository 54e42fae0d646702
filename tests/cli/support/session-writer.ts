/**
 * Once told to go, writes one session after the other, counting up in its refresh token, until it is killed.
 * Arguments: home, storage kind, first count.
 */
import { join } from "node:path";
import type { Session } from "../../../cli/sessions/session.ts";
import { SessionStore, type StorageKind } from "../../../cli/sessions/store.ts";
import { fileKeyring } from "./file-keyring.ts";
import { testWorld } from "./world.ts";

const [home = "", kind = "file", first = "0"] = process.argv.slice(2);
const storeIn = (folder: string) => new SessionStore(testWorld(folder, { keyring: async () => fileKeyring(folder) }));
const numbered = (count: number): Session => ({
  issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
  clientId: "client",
  apiOrigin: "https://api.example",
  account: undefined,
  flow: "code",
  hostedUi: "https://demo.auth.us-east-1.amazoncognito.com",
  idToken: "i".repeat(1500),
  accessToken: "a".repeat(1500),
  refreshToken: String(count),
  user: { sub: "s", email: undefined, username: undefined },
  scopes: [],
  idExpiresAt: 1,
  accessExpiresAt: 1,
  signedInAt: 0,
});

process.stdin.once("data", async () => {
  const store = storeIn(home);
  for (let count = Number(first); ; count++) {
    await store.write(numbered(count), kind as StorageKind);
    if (count === Number(first)) process.stdout.write("writing\n");
  }
});
// Elsewhere first: code that has run before writes faster, so that more kills hit a write.
const rehearsal = storeIn(join(home, `rehearsal-${process.pid}`));
for (let count = 0; count < 5; count++) await rehearsal.write(numbered(count), kind as StorageKind);
process.stdout.write("ready\n");
