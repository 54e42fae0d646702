/** The reference page says what the program does. */
import { equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cliReference } from "../../scripts/write-cli-reference.ts";

it("docs/cli.md describes every command, option and exit code as they are", () => {
  const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  equal(page, cliReference(), "write it again: node scripts/write-cli-reference.ts");
});
