/** Where the test kit keeps compiled code. */
import { equal } from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileCacheOf } from "../../local/testing/compile-cache.ts";
import { temporaryDirectory } from "../support/temporary.ts";

describe("the compiled code of a project's tests", () => {
  let project: string;
  beforeEach(() => {
    project = join(temporaryDirectory(), "packages", "api");
    mkdirSync(project, { recursive: true });
  });

  it("lies beside the nearest packages, and the first run fills nothing", () => {
    const packages = join(project, "..", "node_modules");
    mkdirSync(packages);
    equal(compileCacheOf(project), undefined);
    equal(compileCacheOf(project), join(packages, ".cache/demo-auth/compiled"));
    mkdirSync(join(project, "node_modules"));
    equal(compileCacheOf(project), undefined);
    equal(compileCacheOf(project), join(project, "node_modules/.cache/demo-auth/compiled"));
  });

  it("is kept nowhere else: not where there are no packages, nor where something is in the way", () => {
    equal(compileCacheOf(project), undefined);
    equal(existsSync(join(project, "node_modules")), false);
    mkdirSync(join(project, "node_modules"));
    writeFileSync(join(project, "node_modules/.cache"), "");
    equal(compileCacheOf(project), undefined);
    equal(compileCacheOf(project), undefined);
  });
});
