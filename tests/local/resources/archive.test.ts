import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { Archive, Asset } from "../../../local/engine/values.ts";
import { unpackArchive } from "../../../local/resources/archive.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const archiveOf = (source: Record<string, unknown>): Archive => Object.assign(new Archive({}), source);
const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")]),
  );

describe("a function's archive", () => {
  it("is laid out from inline text, files, folders and zip files alike", () => {
    const base = temporaryDirectory();
    mkdirSync(join(base, "lib/deep"), { recursive: true });
    writeFileSync(join(base, "lib/deep/a.js"), "a");
    writeFileSync(join(base, "b.js"), "b");
    writeFileSync(join(base, "c.zip"), zipSync({ "c/d.js": Buffer.from("d") }));
    const archive = archiveOf({
      assets: {
        "index.js": new Asset({ text: "index" }),
        "b.js": new Asset({ path: "b.js" }),
        lib: archiveOf({ path: "lib" }),
        zipped: archiveOf({ path: join(base, "c.zip") }),
      },
    });
    assert.deepEqual(contentOf(unpackArchive(archive, base, join(base, "out"))), {
      "index.js": "index",
      "b.js": "b",
      "lib/deep/a.js": "a",
      "zipped/c/d.js": "d",
    });
  });

  it("lies where its content says, so the same code is laid out once", () => {
    const base = temporaryDirectory();
    const folderOf = (text: string) =>
      unpackArchive(archiveOf({ assets: { "x.js": new Asset({ text }) } }), base, join(base, "out"));
    assert.equal(folderOf("one"), folderOf("one"));
    assert.notEqual(folderOf("one"), folderOf("two"));
    assert.equal(readdirSync(join(base, "out")).length, 2);
  });

  it("cannot write outside of its folder", () => {
    const base = temporaryDirectory();
    writeFileSync(join(base, "slip.zip"), zipSync({ "../../slipped.js": Buffer.from("x") }));
    assert.throws(() => unpackArchive(archiveOf({ path: "slip.zip" }), base, join(base, "out")), /lies outside of it/);
    assert.ok(!readdirSync(base).includes("slipped.js"));
  });

  it("that unpacks to more than a function may have is refused before it is unpacked", () => {
    const base = temporaryDirectory();
    const zip = Buffer.from(zipSync({ "a.js": Buffer.from("a"), "b.js": Buffer.from("b") }));
    // What the central directory says of each: 200 MB (PKWARE APPNOTE 4.3.12).
    for (let at = zip.indexOf("PK\x01\x02"); at >= 0; at = zip.indexOf("PK\x01\x02", at + 1))
      zip.writeUInt32LE(200_000_000, at + 24);
    writeFileSync(join(base, "bomb.zip"), zip);
    mkdirSync(join(base, "folder"));
    writeFileSync(join(base, "folder/large"), "");
    truncateSync(join(base, "folder/large"), 262_144_001);
    for (const path of ["bomb.zip", "folder"])
      assert.throws(() => unpackArchive(archiveOf({ path }), base, join(base, "out")), {
        message:
          "InvalidParameterValueException: Unzipped size must be smaller than 262144000 bytes. Leave out of the archive what the function does not need.",
      });
  });

  it("that is missing, no zip, or elsewhere is refused with the reason", () => {
    const base = temporaryDirectory();
    writeFileSync(join(base, "text.zip"), "no zip");
    const unpack = (source: Record<string, unknown>) => unpackArchive(archiveOf(source), base, join(base, "out"));
    assert.throws(() => unpack({ path: "gone" }), /gone does not exist\. Build it first/);
    assert.throws(() => unpack({ path: "text.zip" }), /is not a zip archive/);
    assert.throws(() => unpack({ uri: "https://example.org/code.zip" }), /takes files of this machine only/);
  });
});
