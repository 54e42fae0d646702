/** One cloud for the file, put back before each test. */
import { type Cloud, startCloud } from "demo-auth/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({ project: import.meta.dirname.replace(/.tests$/, "") });
}, 60_000);
beforeEach(() => cloud.reset());
afterAll(() => cloud?.close());

const readNotes = (token?: string) =>
  fetch(`${cloud.api("Notes").url}/notes`, token === undefined ? {} : { headers: { authorization: token } });

test("nobody reads notes without signing in", async () => {
  expect((await readNotes()).status).toBe(401);
  const [request] = await cloud.requests();
  expect(request).toMatchObject({ method: "GET", path: "/v1/notes", status: 401, decision: "refused" });
});

test("people read their own notes", async () => {
  const ada = await cloud.pool("People").user({ email: "ada@example.com" });
  const notes = await (await readNotes(ada.idToken)).json();
  expect(notes).toEqual([{ owner: "ada@example.com", text: expect.any(String) }]);
});

test("the staff reads all notes", async () => {
  const boss = await cloud.pool().user({ email: "boss@example.com", groups: ["staff"] });
  expect(await (await readNotes(boss.idToken)).json()).toHaveLength(2);
});

test("a token is good for an hour", async () => {
  const { idToken } = await cloud.pool().user({ email: "ada@example.com" });
  await cloud.clock.advance("1h");
  expect((await readNotes(idToken)).status).toBe(401);
  expect((await cloud.requests())[0]?.reason).toContain("the token expired");
});
