/** Prints how many of the facts about AWS that the local cloud serves are asserted by a test; fails when one is not. */
import { type Count, count, countBySection, factRows, isAsserted } from "./support/fact-tables.ts";

const rows = factRows();
const line = ({ section, asserted, served, notServed }: Count) =>
  `${`${asserted} of ${served}`.padStart(10)}  ${section}${notServed > 0 ? `, ${notServed} not served` : ""}`;

process.stdout.write("  asserted\n");
for (const section of [...countBySection(rows), count("in total", rows)]) process.stdout.write(`${line(section)}\n`);

const open = rows.filter((row) => row.served && !isAsserted(row));
for (const { section, fact, missing } of open) {
  const why = missing.map(({ file, promise }) => `no test promises ${file} › ${promise}`).join("; ");
  process.stderr.write(`${section}: ${fact}: ${why || `no test named [${section.split(" ")[0]}]`}\n`);
}
process.exitCode = open.length > 0 ? 1 : 0;
