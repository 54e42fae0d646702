/** Folders that live as long as a run of the tests. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @returns a new empty folder, removed at the end of the run */
export function temporaryDirectory(): string {
  return mkdtempSync(join(process.env.TEST_RUN_FOLDER!, "demo-auth-test-"));
}

/** A Pulumi project of the given files (path → content), with this repository's packages installed. */
export function temporaryProject(files: Record<string, string>): string {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  symlinkSync(join(import.meta.dirname, "../../node_modules"), join(directory, "node_modules"));
  return directory;
}
