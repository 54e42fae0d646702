import assert from "node:assert/strict";
import { mock } from "node:test";
import { heapAtRest } from "../../cli/commands/local/heap-at-rest.ts";

const MB = 1024 * 1024;

describe("a local cloud's heap", () => {
  let committed: number;
  let releases: number;
  const heap = {
    committed: () => committed,
    release: async () => {
      releases++;
      committed = 30 * MB;
    },
  };

  beforeEach(() => {
    committed = 30 * MB;
    releases = 0;
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => mock.timers.reset());

  it("is given back once the cloud is at rest, and not while it works", () => {
    const atWork = heapAtRest({ heap });
    for (let i = 0; i < 10; i++) {
      committed += 20 * MB;
      atWork();
      mock.timers.tick(900);
    }
    assert.equal(releases, 0);
    mock.timers.tick(2000);
    assert.equal(releases, 1);
  });

  it("is given back again after the next load", async () => {
    const atWork = heapAtRest({ heap });
    for (let load = 1; load <= 3; load++) {
      committed += 100 * MB;
      atWork();
      mock.timers.tick(2000);
      // The release ends in a later turn.
      await Promise.resolve();
      assert.equal(releases, load);
    }
  });

  it("is left alone when it has hardly grown, and when nothing happens", () => {
    const atWork = heapAtRest({ heap });
    committed += 5 * MB;
    atWork();
    mock.timers.tick(60_000);
    committed += 100 * MB;
    mock.timers.tick(60_000);
    assert.equal(releases, 0);
  });
});
