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
  "docs/local-http-apis.md": ["apigateway"],
  "docs/local-dynamodb.md": ["dynamodb"],
  "docs/local-parameters.md": ["parameters"],
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
  /** Served, and not as AWS does */
  differs: boolean;
  promises: Promised[];
  /** Those of `promises` that no test makes */
  missing: Promised[];
  /** Whether a title among the promised tests begins with the fact's section, such as `[D.2]` */
  namesSection: boolean;
}

export interface Count {
  section: string;
  /** Served rows that are asserted */
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
  const made = ({ file, promise }: Promised) => titles(file).filter((title) => title.includes(promise));
  const named = new Set(promises.flatMap(made).flatMap((title) => sectionsIn(/^(\[[^\]]*\] ?)*/.exec(title)![0])));
  const own = sectionsIn(/^[A-Z]\.\d/.test(fact) ? fact.split(" ")[0]! : section.split(" ")[0]!);
  return {
    section,
    fact,
    served: !/^(not served|never arise)\b/i.test(here),
    differs: /^differs\b/i.test(here),
    promises,
    missing: promises.filter((promised) => made(promised).length === 0),
    namesSection: own.some((one) => named.has(one)),
  };
}

/** `B.1–B.3, D.2` → B.1, B.2, B.3, D.2 */
function sectionsIn(text: string): string[] {
  return [...text.matchAll(/([A-Z])\.(\d+)(?:–[A-Z]\.(\d+))?/g)].flatMap(([, letter, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${letter}.${Number(first) + index}`),
  );
}

/** All the promises a row names are made; where it says that AWS does the same, one of them names the section. */
export function isAsserted({ promises, missing, differs, namesSection }: Row): boolean {
  return promises.length > 0 && missing.length === 0 && (differs || namesSection);
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
