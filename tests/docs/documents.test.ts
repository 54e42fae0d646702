/** What the documents name exists: commands with their options, npm scripts, files, pictures and headings. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { buildProgram } from "../../cli/program.ts";
import { systemWorld } from "../../cli/shared/world.ts";
import { repository } from "../support/shell.ts";

const documents = [
  ...readdirSync(repository).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(repository, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const read = (document: string) => readFileSync(join(repository, document), "utf8");

/** Each `demo-auth …` that stands in a box or in `code`, up to what a shell would do with it. */
function commandLines(text: string): string[] {
  const code = [...text.matchAll(/```[a-z ]*\n(.*?)```|`([^`\n]+)`/gs)].map((match) => match[1] ?? match[2]!);
  return code
    .flatMap((part) => part.split("\n"))
    .flatMap((line) =>
      [...line.matchAll(/(?:^|[\s(])(?:npx )?demo-auth ([a-z][^#|&)]*)/g)].map(([, words]) => words!.trim()),
    );
}

/** The command that the words reach; fails on one, or an option, that does not exist. */
function check(program: Command, words: string, document: string): void {
  let command = program;
  for (const word of words.split(/\s+/)) {
    if (word === "--" || word === "…") return;
    if (/^--?[a-z]/i.test(word)) {
      const name = word.split("=")[0]!;
      const known = [...command.options, ...program.options].some(({ long, short }) => long === name || short === name);
      assert.ok(known || ["--help", "-h"].includes(name), `${document}: demo-auth ${words}: there is no ${name}`);
      continue;
    }
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next) command = next;
    else assert.ok(command !== program, `${document}: demo-auth ${words}: there is no command ${word}`);
  }
}

describe("the documents", () => {
  it("name only commands and options that exist", () => {
    const program = buildProgram(systemWorld());
    let seen = 0;
    for (const document of documents) {
      for (const words of commandLines(read(document))) {
        check(program, words, document);
        seen++;
      }
    }
    assert.ok(seen > 40, `only ${seen} were found`);
  });

  it("name only npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const document of documents) {
      for (const [, name] of read(document).matchAll(/npm run ([\w:-]+)/g))
        assert.ok(scripts[name!], `${document}: npm run ${name}`);
    }
  });

  it("link only to files and headings that are there", () => {
    const anchors = (document: string) =>
      [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
          .toLowerCase()
          .replaceAll(/[`*]/g, "")
          .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
          .trim()
          .replaceAll(" ", "-"),
      );
    for (const document of documents) {
      const text = read(document).replaceAll(/```.*?```/gs, "");
      for (const match of text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)) {
        const target = match[1] ?? match[2]!;
        if (/^[a-z]+:/.test(target)) continue;
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? document : join(dirname(document), path);
        assert.ok(existsSync(join(repository, file)), `${document}: ${target}`);
        if (anchor !== undefined) assert.ok(anchors(file).includes(anchor), `${document}: no heading for ${target}`);
      }
    }
  });

  it("name only files of the repository that are there", () => {
    const folders = /^(?:infra|handlers|cli|local|policy|tests|bench|scripts|docs)\/[\w./-]+\.(?:ts|md|json|png|yaml)$/;
    for (const document of documents) {
      for (const [, path] of read(document).matchAll(/`([\w./-]+)`/g)) {
        if (folders.test(path!)) assert.ok(existsSync(join(repository, path!)), `${document}: ${path}`);
      }
    }
  });
});
