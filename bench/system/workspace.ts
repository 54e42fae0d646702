/**
 * Where a run happens: a copy of the project in a temporary folder with the bundle that users run, so that nothing of the
 * person's own state is read or written, and a source that is edited meanwhile changes nothing.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCli } from "../../scripts/build-cli.ts";

export const repository = join(import.meta.dirname, "../..");

export interface Workspace {
  directory: string;
  /** The Pulumi project, with the throttle lifted. */
  project: string;
  /** The command line's entry point, as it is published. */
  cli: string;
  /** Evaluates the project whose folder is its argument, out of the same bundle. */
  evaluate: string;
  close(): void;
}

const PROGRAM_FILES = ["Pulumi.yaml", "Pulumi.dev.yaml", "package.json", "package-lock.json", "tsconfig.json"];

export async function openWorkspace(): Promise<Workspace> {
  const directory = mkdtempSync(join(tmpdir(), "demo-auth-bench-"));
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  cpSync(join(repository, "package.json"), join(directory, "package.json"));
  cpSync(join(repository, "bin"), join(directory, "bin"), { recursive: true });
  await buildCli(join(directory, "dist"), { evaluate: "bench/system/evaluate.ts" });
  return {
    directory,
    project: copyProject(join(directory, "project")),
    cli: join(directory, "bin/demo-auth.js"),
    evaluate: join(directory, "dist/evaluate.js"),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/**
 * The project as it is, but for the stage's throttle: with it, the bench would measure the throttle. `-1` is AWS's own word
 * for "no limit".
 */
export function copyProject(to: string): string {
  for (const name of [...PROGRAM_FILES, "infra", "handlers"])
    cpSync(join(repository, name), join(to, name), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(to, "node_modules"));
  edit(join(to, "infra/protected-api.ts"), [
    [/throttlingRateLimit: [\w.]+/, "throttlingRateLimit: -1"],
    [/throttlingBurstLimit: [\w.]+/, "throttlingBurstLimit: -1"],
  ]);
  return to;
}

/** @throws Error when a pattern is not there, so that the bench never measures a program it did not mean */
export function edit(file: string, changes: readonly (readonly [pattern: RegExp, replacement: string])[]): void {
  let text = readFileSync(file, "utf8");
  for (const [pattern, replacement] of changes) {
    if (!pattern.test(text)) throw new Error(`${file} has nothing like ${pattern}; the bench has to follow it.`);
    text = text.replace(pattern, () => replacement);
  }
  writeFileSync(file, text);
}
