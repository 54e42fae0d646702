/** The same with Node's own test runner, and a cloud that ends with the block it is made in. */
import { equal } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startCloud } from "demo-auth/testing";

test("people read their own notes, and an access token is no key to them", async () => {
  await using cloud = await startCloud({ project: join(import.meta.dirname, "..") });
  const ada = await cloud.pool().user({ email: "ada@example.com" });
  const read = (token: string) => fetch(`${cloud.api().url}/notes`, { headers: { authorization: token } });
  equal((await read(ada.idToken ?? "")).status, 200);
  equal((await read(ada.accessToken)).status, 401);
});
