/** What this project promises to its users, asked of the program as it is: `npm test`. */
import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { startCloud } from "demo-auth/testing";

test("people who are not signed in are refused", async () => {
  await using cloud = await startCloud({ project: ".", stack: "dev" });
  const answer = await fetch(`${cloud.api().url}/transactions`);
  deepEqual([answer.status, ((await answer.json()) as { message: string }).message], [401, "Unauthorized"]);
});

test("people who are signed in get their transactions", async () => {
  await using cloud = await startCloud({ project: ".", stack: "dev" });
  const ada = await cloud.pool().user({ email: "ada@example.com" });
  const headers = { authorization: ada.idToken ?? "" };
  const answer = await fetch(`${cloud.api().url}/transactions`, { headers });
  equal(answer.status, 200);
  const { user } = (await answer.json()) as { user: { email: string } };
  equal(user.email, "ada@example.com");
});
