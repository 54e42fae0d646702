/** Writes what derives from the table of settings: `config:` of Pulumi.yaml, and the tables of docs/operations.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { groups, type Row, table } from "../infra/settings/table.ts";

const file = (name: string) => new URL(`../${name}`, import.meta.url);

/**
 * Settings whose default both profiles share: what Pulumi knows of a setting without a default, it asks of every stack. Lists
 * and objects are left out, because Pulumi's checks of them would come before the program's own sentences.
 */
function projectConfig(): string {
  const entries = Object.entries<Row<unknown>>(table)
    .filter(([, row]) => row.dev === row.prod && ["string", "number", "boolean"].includes(typeof row.dev))
    .map(([key, row]) => [key, { type: row.type, default: row.dev, description: row.meaning }]);
  return stringify({ config: Object.fromEntries(entries) }, { lineWidth: 0 });
}

function settingsTables(): string {
  const value = (preset: unknown) => {
    if (preset === undefined) return "not set";
    const text = typeof preset === "object" ? JSON.stringify(preset) : String(preset);
    return text === "[]" || text === "{}" ? "none" : `\`${text.replaceAll('"', "")}\``;
  };
  return Object.entries<Record<string, Row<unknown>>>(groups)
    .map(([title, rows]) => {
      const lines = Object.entries(rows).map(([key, { range, dev, prod, meaning }]) =>
        ["", `\`demo-auth:${key}\``, range, value(dev), value(prod), meaning, ""].join(" | ").trim(),
      );
      return `### ${title}\n\n| key | takes | dev | prod | meaning |\n| --- | --- | --- | --- | --- |\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

/** @returns the two files as they should be */
export function derivedFiles(): Record<string, string> {
  const project = readFileSync(file("Pulumi.yaml"), "utf8");
  const operations = readFileSync(file("docs/operations.md"), "utf8");
  const [from, to] = [operations.indexOf("### Profile and users"), operations.indexOf("## Routes")];
  return {
    "Pulumi.yaml": project.replace(/^config:\n[\s\S]*$/m, projectConfig()),
    "docs/operations.md": `${operations.slice(0, from)}${settingsTables()}\n${operations.slice(to)}`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(derivedFiles())) writeFileSync(file(name), text);
}
