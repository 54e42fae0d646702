import { deepEqual, equal } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { resolveSettings } from "../../infra/settings/settings.ts";
import { table } from "../../infra/settings/table.ts";
import { derivedFiles } from "../../scripts/write-settings-reference.ts";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

describe("what derives from the table of settings", () => {
  for (const [name, text] of Object.entries(derivedFiles())) {
    it(`is up to date in ${name}; node scripts/write-settings-reference.ts writes it`, () => equal(read(name), text));
  }

  it("says nothing to Pulumi that the program would not say itself", () => {
    const { config } = parse(read("Pulumi.yaml"));
    const values = Object.fromEntries(
      Object.entries<{ default: unknown }>(config).map(([key, row]) => [`demo-auth:${key}`, String(row.default)]),
    );
    for (const profile of ["dev", "prod"]) {
      const resolve = (given: object) =>
        resolveSettings({ project: "demo-auth", stack: "s", values: { ...given, "demo-auth:profile": profile } }, []);
      deepEqual(resolve(values), resolve({}));
    }
  });
});

describe("docs/operations.md", () => {
  const text = read("docs/operations.md");

  it("has a row for every setting that the program reads, and for no other", () => {
    const documented = [...text.matchAll(/^\| `(demo-auth:\w+)`/gm)].map(([, key]) => key);
    deepEqual(
      documented,
      Object.keys(table).map((key) => `demo-auth:${key}`),
    );
  });

  for (const file of ["docs/operations.md", "docs/security.md"]) {
    it(`leads somewhere with every link of ${file}`, () => {
      const headings = (page: string) =>
        [...read(`docs/${page}`).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
          title!
            .toLowerCase()
            .replaceAll(/[^\w\s-]/g, "")
            .replaceAll(" ", "-"),
        );
      const files = new Set(
        ["", "adr/", "../infra/", "../policy/", "../handlers/"].flatMap((folder) => {
          const names = readdirSync(new URL(`../../docs/${folder}`, import.meta.url));
          return [folder.replace(/\/$/, ""), ...names.map((name) => folder + name)];
        }),
      );
      const dead = [...read(file).matchAll(/\]\(([^)]+)\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !target.startsWith("https:"))
        .filter((target) => {
          const [page, anchor] = target.split("#");
          if (page && !files.has(page)) return true;
          return anchor !== undefined && !headings(page || file.replace("docs/", "")).includes(anchor);
        });
      deepEqual(dead, []);
    });
  }
});
