/** What the benchmark makes of its samples; the samples themselves are no subject of a test. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { absentFigure, type Figure, verdictOf } from "../../bench/measure/figure.ts";
import {
  lastTenthOverFirst,
  median,
  medianDifference,
  medianRatio,
  percentile,
} from "../../bench/measure/statistics.ts";
import { markdownTable, plainTable, withTable } from "../../bench/report/table.ts";

const figure = (changes: Partial<Figure> = {}): Figure => ({
  part: "Request",
  name: "authorized",
  own: "20,000/s",
  other: "2,000/s",
  value: 10,
  unit: "times",
  goal: { atLeast: 10 },
  ...changes,
});

describe("the benchmark's statistics", () => {
  it("take medians and percentiles of samples in any order, and none of nothing", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(percentile([10, 0], 0.25), 2.5);
    assert.throws(() => median([]), RangeError);
  });

  it("compare runs in their pairs, not their medians, and refuse what does not pair", () => {
    assert.equal(medianRatio([10, 100, 1000], [1, 50, 1000]), 2);
    assert.equal(medianDifference([5, 50, 500], [4, 40, 400]), 10);
    assert.throws(() => medianRatio([1, 2], [1]), RangeError);
    assert.throws(() => medianDifference([1], []), RangeError);
  });

  it("see a rate that halves, and one that stays", () => {
    const steady = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.equal(lastTenthOverFirst(steady), 1);
    const slowing = steady.map((moment) => (moment <= 90 ? moment : 90 + 2 * (moment - 90)));
    assert.equal(lastTenthOverFirst(slowing), 0.5);
    assert.throws(() => lastTenthOverFirst([1, 2, 3]), RangeError);
  });
});

describe("the benchmark's table", () => {
  it("holds each figure to its goal, from the right side", () => {
    assert.equal(verdictOf({ value: 10, goal: { atLeast: 10 } }), "met");
    assert.equal(verdictOf({ value: 9.99, goal: { atLeast: 10 } }), "not met");
    assert.equal(verdictOf({ value: 201, goal: { atMost: 200 } }), "not met");
    assert.equal(verdictOf({ value: 200, goal: { atMost: 200 } }), "met");
    assert.equal(verdictOf({ value: 1, goal: undefined }), "no goal");
    assert.equal(verdictOf({ value: undefined, goal: { atMost: 1 } }), "absent");
  });

  it("names what was missed and what was absent", () => {
    const figures = [figure(), figure({ name: "slow", value: 2 }), absentFigure("Peers", "another", "not installed")];
    assert.equal(
      plainTable(figures),
      [
        "              demo-auth  beside   figure  goal      verdict",
        "",
        "Request",
        "  authorized  20,000/s   2,000/s  10.0 ×  ≥ 10.0 ×  met",
        "  slow        20,000/s   2,000/s  2.00 ×  ≥ 10.0 ×  not met",
        "",
        "Peers",
        "  another                                           absent: not installed",
        "",
      ].join("\n"),
    );
    assert.deepEqual(markdownTable(figures).split("\n").slice(2), [
      "| Request: authorized | 20,000/s | 2,000/s | 10.0 × | ≥ 10.0 × | met |",
      "| Request: slow | 20,000/s | 2,000/s | 2.00 × | ≥ 10.0 × | **not met** |",
      "| Peers: another |  |  |  |  | absent: not installed |",
      "",
    ]);
  });

  it("takes its place in the documentation, and only there", () => {
    const page = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
    const table = markdownTable([figure()]);
    const changed = withTable(page, table);
    assert.ok(changed.includes(`begin -->\n\n${table}\n<!--`));
    assert.equal(withTable(changed, table), changed);
    assert.throws(() => withTable("# A page without a place", table));
  });
});

describe("the benchmark's peers", () => {
  it("are locked by their digests, without an address to fetch them from", () => {
    const lock = readFileSync(new URL("../../bench/peers/package-lock.json", import.meta.url), "utf8");
    assert.ok(!lock.includes('"resolved"'));
    assert.ok(!lock.includes("://registry"));
    assert.match(lock, /"integrity": "sha512-/);
  });
});
