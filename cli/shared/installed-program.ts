/**
 * Programs that this machine has, as against programs that a folder brings: npm and npx put a project's
 * `node_modules/.bin` on the PATH, and a command that only reads must not run what somebody's repository brought.
 */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, sep } from "node:path";
import type { World } from "./world.ts";

/** Where the PATH leads to for a program, leaving out relative folders and those of a package manager's project. */
export function installedProgram(world: Pick<World, "env" | "platform">, name: string): string | undefined {
  const folders = (world.env.PATH ?? world.env.Path ?? "").split(delimiter);
  const file = world.platform === "win32" ? `${name}.exe` : name;
  return folders
    .filter((folder) => isAbsolute(folder) && !folder.split(/[\\/]/).includes("node_modules"))
    .map((folder) => join(folder, file))
    .find(isProgram);
}

/** Also sees through a link, such as npm makes for a program of a package. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() && !realpathSync(file).split(sep).includes("node_modules");
  } catch {
    return false;
  }
}
