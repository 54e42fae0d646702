import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore, StateError } from "../../../local/store/store.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("the state on disk", () => {
  it("is a file that only its owner can read, in a folder that only its owner can enter", () => {
    const file = join(temporaryDirectory(), "deep", "state.db");
    openStore(file).close();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(file, "..")).mode & 0o777, 0o700);
  });

  it("keeps what was written before a kill -9", async () => {
    const file = join(temporaryDirectory(), "state.db");
    const script = `
      import { openStore } from ${JSON.stringify(join(import.meta.dirname, "../../../local/store/store.ts"))};
      const store = openStore(${JSON.stringify(file)});
      store.db.exec("CREATE TABLE t (v)");
      store.transaction(() => store.db.prepare("INSERT INTO t VALUES (?)").run("kept"));
      process.kill(process.pid, "SIGKILL");
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
    const signal = await new Promise((resolve) => child.once("exit", (_code, name) => resolve(name)));
    assert.equal(signal, "SIGKILL");
    const store = openStore(file);
    assert.deepEqual(
      store.db
        .prepare("SELECT v FROM t")
        .all()
        .map((row) => row.v),
      ["kept"],
    );
    store.close();
  });

  it("takes back all of a transaction that fails, the nested ones too", () => {
    const store = openStore(":memory:");
    store.db.exec("CREATE TABLE t (v)");
    assert.throws(
      () =>
        store.transaction(() => {
          store.transaction(() => store.db.exec("INSERT INTO t VALUES (1)"));
          throw new Error("no");
        }),
      /no/,
    );
    assert.equal(store.db.prepare("SELECT count(*) AS n FROM t").get()?.n, 0);
    store.close();
  });

  it("refuses a damaged file with the way out, and leaves it as it was", () => {
    const file = join(temporaryDirectory(), "state.db");
    const store = openStore(file);
    store.db.exec("CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    store.close();
    for (const damage of [Buffer.from("not a database at all, and long enough to be read as one"), scrambled(file)]) {
      writeFileSync(file, damage);
      assert.throws(
        () => openStore(file),
        (error) => error instanceof StateError && error.message.includes(file) && error.next.includes("mv "),
      );
      assert.deepEqual(readFileSync(file), damage);
    }
  });

  it("belongs to one local cloud at a time, and the second is told so", () => {
    const file = join(temporaryDirectory(), "state.db");
    const first = openStore(file);
    assert.throws(
      () => openStore(file),
      (error) =>
        error instanceof StateError &&
        /another local cloud uses it/.test(error.message) &&
        /--ephemeral/.test(error.next),
    );
    first.close();
    openStore(file).close();
  });
});

function scrambled(file: string): Buffer {
  const content = readFileSync(file);
  content.fill(0xff, 100, 4096);
  return content;
}
