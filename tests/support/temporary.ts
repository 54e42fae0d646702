/** Folders that live as long as a test. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const made: string[] = [];

after(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** @returns a new empty folder, removed at the end of the run */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "demo-auth-test-"));
  made.push(directory);
  return directory;
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
