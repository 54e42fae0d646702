/** `docs/local-cognito.md` says of every fact whether it holds and which promise asserts it; this keeps it true. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

interface Row {
  fact: string;
  local: string;
  references: { file: string; promise: string }[];
}

function rows(): Row[] {
  const lines = readFileSync(join(root, "docs/local-cognito.md"), "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("| ") && !/^\| (Fact|---)/.test(line))
    .map((line) => {
      const [, fact = "", local = "", asserted = ""] =
        line.split(" | ").length === 3 ? ["", ...line.slice(2).split(" | ")] : ["", line];
      const references = [...asserted.matchAll(/`([\w-]+) › ([^`]+)`/g)].map(([, file, promise]) => ({
        file: file!,
        promise: promise!,
      }));
      return { fact, local, references };
    });
}

describe("the table of facts about the local user pools", () => {
  it("says of every row whether it holds, and names a promise for each that does", () => {
    const unproved = rows().filter(
      ({ local, references }) => !local.startsWith("Not served") && references.length === 0,
    );
    assert.deepEqual(unproved, []);
    assert.ok(rows().length > 50);
  });

  it("names promises that exist", () => {
    const missing: string[] = [];
    for (const { references } of rows())
      for (const { file, promise } of references) {
        const source = readFileSync(join(root, "tests/local/cognito", `${file}.test.ts`), "utf8");
        const titles = [...source.matchAll(/\bit\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g)].map(
          (match) => match[1] ?? match[2]!,
        );
        if (!titles.some((title) => title.includes(promise))) missing.push(`${file} › ${promise}`);
      }
    assert.deepEqual(missing, []);
  });
});
