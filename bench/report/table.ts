/** The figures as one table: for the terminal, and for the documentation. */
import { type Figure, goalText, valueText, verdictOf } from "../measure/figure.ts";

const HEADINGS = ["", "demo-auth", "beside", "figure", "goal", "verdict"];

function cells(figure: Figure): string[] {
  const { name, own, other, value, unit, goal, absent } = figure;
  const verdict = verdictOf(figure);
  return [
    name,
    own,
    other,
    value === undefined ? "" : valueText(value, unit),
    goalText(goal, unit),
    verdict === "no goal" ? "" : verdict === "absent" ? `absent: ${absent ?? "not measured"}` : verdict,
  ];
}

/** In columns, with a line for each part. */
export function plainTable(figures: readonly Figure[]): string {
  const rows = figures.map(cells);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => [...row[column]!].length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - [...cell].length))
      .join("  ")
      .trimEnd();
  const lines = [`  ${line(HEADINGS)}`];
  let part = "";
  figures.forEach((figure, index) => {
    if (figure.part !== part) lines.push("", figure.part);
    part = figure.part;
    lines.push(`  ${line(rows[index]!)}`);
  });
  return `${lines.join("\n")}\n`;
}

export function markdownTable(figures: readonly Figure[]): string {
  const row = (given: readonly string[]) => `| ${given.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const lines = [row(["Part", ...HEADINGS.slice(1)]), row(HEADINGS.map(() => "---"))];
  for (const figure of figures) {
    const [name = "", ...rest] = cells(figure);
    const verdict = rest.pop()!;
    lines.push(row([`${figure.part}: ${name}`, ...rest, verdict === "not met" ? "**not met**" : verdict]));
  }
  return `${lines.join("\n")}\n`;
}

const BEGIN = "<!-- table of a run: begin -->\n";
const END = "<!-- table of a run: end -->";

/** @throws Error when the page has no place for the table */
export function withTable(page: string, table: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("The page has no marks for the table of a run.");
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}
