/**
 * The tables in `docs/` that say of every fact about AWS whether it holds locally, and which promise asserts it, as
 * `file › part of the promise`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Each document, and the folders below `tests/local` in which a file is looked for that is named without one. */
const DOCUMENTS: Record<string, string[]> = {
  "docs/local-cognito.md": ["cognito"],
  "docs/local-apigateway-lambda.md": ["apigateway", "lambda"],
};

export interface Promised {
  /** Below `tests/local`, with or without its folder, without `.test.ts` */
  file: string;
  /** A part of a test's title */
  promise: string;
}

export interface Row {
  /** Such as `D.2 Cognito authorizer` */
  section: string;
  fact: string;
  served: boolean;
  promises: Promised[];
  /** Those of `promises` that no test makes */
  missing: Promised[];
}

export interface Count {
  section: string;
  /** Served rows, all of whose promises exist, with at least one */
  asserted: number;
  served: number;
  notServed: number;
}

/** Every row of every document, in order. */
export function factRows(): Row[] {
  return Object.entries(DOCUMENTS).flatMap(([document, folders]) =>
    readRows(readFileSync(join(root, document), "utf8"), (file) => titlesOf(file, folders)),
  );
}

/**
 * @param markdown tables of three columns: fact, what is done here, promises
 * @param titles the titles of a test file's tests; none when there is no such file
 */
export function readRows(markdown: string, titles: (file: string) => string[]): Row[] {
  const rows: Row[] = [];
  let section = "";
  let body = false;
  for (const line of markdown.split("\n")) {
    section = /^## (.+)/.exec(line)?.[1] ?? section;
    if (!line.startsWith("|")) body = false;
    else if (/^\|[\s|:-]+$/.test(line)) body = true;
    else if (body) rows.push(readRow(section, line, titles));
  }
  return rows;
}

function readRow(section: string, line: string, titles: (file: string) => string[]): Row {
  const [fact = "", here = "", asserted = "", ...more] = line
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
  if (more.length > 0) throw new Error(`A row of more than three columns: ${line}`);
  const promises = [...asserted.matchAll(/`([\w/-]+) › ([^`]+)`/g)].map(([, file = "", promise = ""]) => ({
    file,
    promise,
  }));
  return {
    section,
    fact,
    served: !/^(not served|never arise)\b/i.test(here),
    promises,
    missing: promises.filter(({ file, promise }) => !titles(file).some((title) => title.includes(promise))),
  };
}

export function isAsserted({ promises, missing }: Row): boolean {
  return promises.length > 0 && missing.length === 0;
}

/** One count for each section, in the order of the rows. */
export function countBySection(rows: Row[]): Count[] {
  return [...Map.groupBy(rows, ({ section }) => section)].map(([section, group]) => count(section, group));
}

export function count(section: string, rows: Row[]): Count {
  const served = rows.filter((row) => row.served);
  return {
    section,
    asserted: served.filter(isAsserted).length,
    served: served.length,
    notServed: rows.length - served.length,
  };
}

const known = new Map<string, string[]>();

function titlesOf(name: string, folders: string[]): string[] {
  const path = (name.includes("/") ? [name] : folders.map((folder) => `${folder}/${name}`))
    .map((candidate) => join(root, "tests/local", `${candidate}.test.ts`))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) return [];
  const titles = known.get(path) ?? testTitles(readFileSync(path, "utf8"));
  known.set(path, titles);
  return titles;
}

/** The titles of the tests that a source runs, as they are written there. */
export function testTitles(source: string): string[] {
  return [...source.matchAll(/^\s*it\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/gm)].map(
    ([, plain, template]) => plain ?? template ?? "",
  );
}
