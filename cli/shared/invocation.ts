/** How the command that runs was started, so that what we advise can be typed the same way. */
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { quoted } from "./shell-words.ts";

/**
 * `npx demo-auth` under npm and npx, and in a project that has the command; `demo-auth` where the PATH has it; else Node
 * with the file that runs.
 */
export function invocationOf(from: { argv: readonly string[]; env: NodeJS.ProcessEnv; cwd(): string }): string {
  const { argv, env } = from;
  // npm puts the project's programs on the PATH only while it runs one.
  if (env.npm_command !== undefined) return "npx demo-auth";
  if (onPath(env)) return "demo-auth";
  if (projectHasIt(from.cwd(), argv[1] ?? "")) return "npx demo-auth";
  return `node ${quoted(argv[1] ?? "demo-auth")}`;
}

function onPath(env: NodeJS.ProcessEnv): boolean {
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter(Boolean);
  const names =
    process.getBuiltinModule("node:os").platform() === "win32" ? ["demo-auth.cmd", "demo-auth.ps1"] : ["demo-auth"];
  return folders.some((folder) => names.some((name) => existsSync(join(folder, name))));
}

/** Installed in a folder above, or run from the checkout that we are in. */
function projectHasIt(from: string, script: string): boolean {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules", ".bin", "demo-auth"))) return true;
    if ([join("cli", "main.ts"), join("bin", "demo-auth.js")].some((file) => join(folder, file) === script))
      return true;
    if (dirname(folder) === folder) return false;
  }
}
