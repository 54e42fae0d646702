import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type SourceWatch, watchSources } from "../../local/host/watch.ts";
import { temporaryDirectory } from "../support/temporary.ts";

describe("watching what was read", () => {
  let directory: string;
  let sources: SourceWatch;
  let heard: string[];
  let listen: () => void;
  const at = (...path: string[]) => join(directory, ...path);

  /** What is heard up to that path. */
  const until = async (path: string) => {
    while (!heard.includes(at(path))) {
      await new Promise<void>((resolve) => {
        listen = resolve;
      });
    }
    return heard.splice(0).map((file) => file.slice(directory.length + 1));
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    for (const folder of ["src/below", "src/node_modules/a", "src/.git", "state"])
      mkdirSync(at(folder), { recursive: true });
    for (const file of [
      "src/same.js",
      "src/edited.js",
      "src/unread.js",
      "src/node_modules/a/index.js",
      "state/state.db",
    ])
      writeFileSync(at(file), "before");
    heard = [];
    listen = () => {};
    sources = watchSources({
      ignore: [at("state")],
      onChange(files) {
        heard.push(...files);
        listen();
      },
    });
  });
  afterEach(() => sources.close());

  it("hears an edit of what was read; not of anything else, nor of what is written again as it was", async () => {
    const reads = sources.evaluation();
    for (const file of ["src/same.js", "src/edited.js", "state/state.db"]) reads.note(["path", at(file)]);
    reads.end(true);
    writeFileSync(at("state/state.db"), "after");
    writeFileSync(at("src/unread.js"), "after");
    writeFileSync(at("src/same.js"), "before");
    writeFileSync(at("src/edited.js"), "after");
    assert.deepEqual(await until("src/edited.js"), ["src/edited.js"]);
  });

  it("hears what comes, changes and goes below a folder, but for installed packages and .git", async () => {
    const reads = sources.evaluation();
    reads.note(["archive", at("src")]);
    reads.end(true);
    writeFileSync(at("src/node_modules/a/index.js"), "after");
    writeFileSync(at("src/.git/index"), "after");
    mkdirSync(at("src/new"));
    writeFileSync(at("src/new/file.js"), "");
    assert.deepEqual(await until("src"), ["src"]);
    writeFileSync(at("src/new/file.js"), "after");
    assert.deepEqual(await until("src/new/file.js"), ["src/new/file.js"]);
    renameSync(at("src/new"), at("src/moved"));
    assert.deepEqual(await until("src"), ["src", "src/new", "src/new/file.js"]);
    rmSync(at("src/moved"), { recursive: true });
    assert.ok((await until("src/moved/file.js")).includes("src"));
  });

  it("hears of an edit that fell between the reading and the watching", async () => {
    const reads = sources.evaluation();
    reads.note(["path", at("src/edited.js"), "1:6:0:0"]);
    assert.deepEqual(await until("src/edited.js"), ["src/edited.js"]);
  });

  it("takes what the program itself writes for what it read", async () => {
    const reads = sources.evaluation();
    reads.note(["path", at("src/same.js")]);
    reads.note(["path", at("src/edited.js")]);
    reads.note(["written", at("src/same.js")]);
    writeFileSync(at("src/same.js"), "after");
    writeFileSync(at("src/edited.js"), "after");
    assert.deepEqual(await until("src/edited.js"), ["src/edited.js"]);
    writeFileSync(at("src/same.js"), "again");
    reads.end(true);
    writeFileSync(at("src/edited.js"), "again");
    assert.deepEqual(await until("src/edited.js"), ["src/edited.js"]);
    writeFileSync(at("src/same.js"), "by hand");
    assert.deepEqual(await until("src/same.js"), ["src/same.js"]);
  });

  it("judges what changes beside a child process when the program has ended, and keeps quiet when it stands as before", async () => {
    const reads = sources.evaluation();
    reads.note(["tree", at("src")]);
    writeFileSync(at("src/same.js"), "in between");
    writeFileSync(at("src/edited.js"), "after");
    writeFileSync(at("src/same.js"), "before");
    reads.end(false);
    assert.deepEqual(await until("src/edited.js"), ["src/edited.js"]);
  });

  it("keeps what was read before beside what a broken program read", async () => {
    const first = sources.evaluation();
    first.note(["path", at("src/same.js")]);
    first.end(true);
    const broken = sources.evaluation();
    broken.note(["path", at("src/edited.js")]);
    broken.end(false);
    writeFileSync(at("src/same.js"), "after");
    assert.deepEqual(await until("src/same.js"), ["src/same.js"]);
    writeFileSync(at("src/edited.js"), "after");
    assert.deepEqual(await until("src/edited.js"), ["src/edited.js"]);
  });
});
