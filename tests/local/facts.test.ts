/** `docs/local-*.md` say of every fact about AWS whether it holds and which promise asserts it; this keeps them true. */
import assert from "node:assert/strict";
import { count, countBySection, factRows, isAsserted, readRows, testTitles } from "../support/fact-tables.ts";

describe("the tables of facts about AWS", () => {
  const rows = factRows();

  it("name a promise that a test makes for every fact that is served", () => {
    assert.deepEqual(
      rows
        .filter((row) => row.served && !isAsserted(row))
        .map(({ section, fact, missing, namesSection }) => ({ section, fact, missing, namesSection })),
      [],
    );
  });

  it("name no promise that no test makes, on rows that are not served either", () => {
    assert.deepEqual(
      rows.flatMap(({ missing }) => missing),
      [],
    );
  });

  it("cover sections A to H", () => {
    const sections = countBySection(rows).map(({ section }) => section.split(" ")[0]?.replace(/\.$/, ""));
    assert.deepEqual(sections, [
      ...["A", "B", "C", "D.1", "D.2", "D.3", "D.4", "D.5", "D.6", "D.7", "D.8", "D.9", "D.10"],
      ...["E.1–E.2", "E.3", "E.4", "E.5", "E.6", "E.7"],
      ...["F.2", "F.3", "F.4", "F.5", "F.6", "F.7", "F.8", "F.9", "F.10"],
      ...["G.1", "G.2", "G.3", "G.4"],
      ...["H.1", "H.2", "H.3", "H.4"],
    ]);
  });
});

describe("counting a table of facts", () => {
  const table = `## X.1 Doors

| Fact | Here | Test |
|---|---|---|
| open | holds | \`doors › open\` |
| a \\| b | holds | \`doors › split at \\|\`; \`doors › open\` |
| shut | holds | |
| lock | holds | \`doors › open\`; \`doors › lock\` |
| ring | holds | \`bells › open\` |
| knock | holds | \`doors › knock\` |
| hinge | differs: d | \`doors › knock\` |
| X.3 key | holds | \`doors › key\` |
| X.5 bolt | holds | \`doors › key\` |
| fly | not served | |
`;
  const titles = (file: string) =>
    file === "doors"
      ? testTitles(
          `it("[X.1] open, wide", f);\nit("knock", f);\nit("[X.2–X.4] key", f);\n  it(\n    \`split at | \${x}\`, f);\nit.skip("lock", f);\n// it("lock", f);`,
        )
      : [];

  it("takes a fact as asserted when tests that run make all the promises it names, and name its section if AWS does the same", () => {
    const rows = readRows(table, titles);
    assert.deepEqual(
      rows.filter(isAsserted).map(({ fact }) => fact),
      ["open", "a | b", "hinge", "X.3 key"],
    );
    assert.deepEqual(count("X", rows), { section: "X", asserted: 4, served: 9, notServed: 1 });
  });
});
