/** What a stored password lets in, the first time and after it was recognized. */
import assert from "node:assert/strict";
import { hashPassword, verifyPassword } from "../../../local/cognito/accounts/passwords.ts";

describe("a stored password", () => {
  it("lets in the right one again and again, and a wrong one never, also after the right one", async () => {
    const stored = await hashPassword("Correct-horse-7", Buffer.from("salt"));
    assert.equal(await verifyPassword("Correct-horse-8", stored), false);
    assert.equal(await verifyPassword("Correct-horse-8", stored), false, "a wrong one is not remembered");
    for (let i = 0; i < 3; i++) assert.equal(await verifyPassword("Correct-horse-7", stored), true);
    for (const wrong of ["Correct-horse-8", "", "Correct-horse-7 ", "correct-horse-7"])
      assert.equal(await verifyPassword(wrong, stored), false, wrong);
  });

  it("that was changed is a stranger to the one before, and nothing stored lets nobody in", async () => {
    const before = await hashPassword("Correct-horse-7", Buffer.from("salt"));
    assert.equal(await verifyPassword("Correct-horse-7", before), true);
    const after = await hashPassword("Better-horse-8", Buffer.from("salt"));
    assert.equal(await verifyPassword("Correct-horse-7", after), false);
    assert.equal(await verifyPassword("Correct-horse-7", null), false);
    assert.equal(await verifyPassword("", null), false);
  });
});
