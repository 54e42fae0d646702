/** What `npm ci` installs: what is used, the same on every platform. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./support/shell.ts";

const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));

describe("what is installed", () => {
  it("holds no package that nothing uses", () => {
    // Started by name, or by other packages: Node itself, types, and the tools of the scripts.
    const tools = [
      "node",
      "@biomejs/biome",
      "typescript",
      "pulumi",
      "c8",
      "@types/google-protobuf",
      "@types/mocha",
      "@types/node",
    ];
    const folders = ["bench", "cli", "infra", "local", "policy", "scripts", "tests"];
    const sources = folders
      .flatMap((folder) =>
        readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
      )
      .filter((name) => /\.(?:ts|mjs)$/.test(name) && !name.includes("node_modules"))
      .map((name) => readFileSync(join(repository, name), "utf8"));
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      if (tools.includes(name)) continue;
      assert.ok(
        sources.some((text) => text.includes(`"${name}"`) || text.includes(`"${name}/`)),
        name,
      );
    }
  });

  it("is locked for every platform, without an address to fetch from", () => {
    const names = Object.keys(lock.packages);
    const missing = Object.values(lock.packages as Record<string, { optionalDependencies?: Record<string, string> }>)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !names.some((path) => path.endsWith(`node_modules/${name}`)));
    assert.deepEqual(missing, []);
    assert.ok(!JSON.stringify(lock).includes('"resolved":"http'));
  });
});
