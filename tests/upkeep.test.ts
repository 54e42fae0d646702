/** Nothing is installed, and nothing written, that nobody uses; and what is installed is the same everywhere. */
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
      "@types/oidc-provider",
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

describe("the sources", () => {
  it("export nothing that no other file mentions", () => {
    const texts = new Map(
      ["bench", "bin", "cli", "examples", "handlers", "infra", "local", "policy", "scripts", "tests"]
        .flatMap((folder) =>
          readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" }).map((name) =>
            join(folder, name),
          ),
        )
        .filter((name) => /\.(?:ts|mjs|js)$/.test(name) && !name.includes("node_modules"))
        .map((name) => [name, readFileSync(join(repository, name), "utf8")] as const),
    );
    const mentions = new Map<string, number>();
    const files = new Map<string, number>();
    for (const text of texts.values()) {
      const words = text.match(/[A-Za-z_$][\w$]*/g) ?? [];
      for (const word of words) mentions.set(word, (mentions.get(word) ?? 0) + 1);
      for (const word of new Set(words)) files.set(word, (files.get(word) ?? 0) + 1);
    }
    const unused: string[] = [];
    for (const [name, text] of texts) {
      // Lambda calls handlers by name, Mocha its hooks, Pulumi reads the outputs of programs.
      if (/^(?:examples|handlers)\b|fixtures/.test(name)) continue;
      for (const [, kind, word] of text.matchAll(
        /^export (?:async )?(?:abstract )?(const|function|class|interface|type) (\w+)/gm,
      )) {
        // A type is exported with the function that takes or gives it.
        const isType = kind === "interface" || kind === "type";
        const uses = (isType ? mentions : files).get(word!);
        if (uses === 1 && !word!.startsWith("mochaGlobal")) unused.push(`${name}: ${word}`);
      }
    }
    assert.deepEqual(unused, []);
  });
});
