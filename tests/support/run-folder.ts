/** The folder that everything made on disk by a run of the tests lies in: made before the first file, removed after the last. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Mocha's own hook. The files run in processes of their own, which see the folder in their environment. */
export function mochaGlobalSetup(): void {
  process.env.TEST_RUN_FOLDER = mkdtempSync(join(tmpdir(), "demo-auth-tests-"));
}

/** Mocha's own hook. */
export function mochaGlobalTeardown(): void {
  rmSync(process.env.TEST_RUN_FOLDER!, { recursive: true, force: true });
}
