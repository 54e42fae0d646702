/**
 * Whether what lies in a folder was put there by the person who runs the command, as git asks of a repository before it
 * believes its configuration (https://git-scm.com/docs/git-config, safe.directory).
 */
import { lstatSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { World } from "./world.ts";

/**
 * Whether a file is another user's: itself, the link that leads to it, or the folder that it lies in, unless that folder
 * lets nobody replace what is not theirs (sticky, such as `/tmp`). Folders named in DEMO_AUTH_SAFE_DIRECTORY are trusted.
 */
export function isForeign(world: Pick<World, "env" | "userId" | "workingDirectory">, file: string): boolean {
  if (world.userId === undefined) return false;
  const folder = dirname(file);
  if (isDeclaredSafe(world, folder)) return false;
  const own = ownUsers(world.userId, world.env);
  try {
    if (!own.has(lstatSync(file).uid) || !own.has(statSync(file).uid)) return true;
    const { uid, mode } = statSync(folder);
    return !own.has(uid) && uid !== 0 && (mode & 0o1000) === 0;
  } catch {
    return false;
  }
}

/** Under sudo, what the person who called it owns counts too. */
function ownUsers(userId: number, env: World["env"]): ReadonlySet<number> {
  const caller = userId === 0 ? Number(env.SUDO_UID || Number.NaN) : Number.NaN;
  return new Set(Number.isInteger(caller) ? [userId, caller] : [userId]);
}

function isDeclaredSafe({ env, workingDirectory }: Pick<World, "env" | "workingDirectory">, folder: string): boolean {
  const declared = (env.DEMO_AUTH_SAFE_DIRECTORY ?? "").split(/[:;]/).filter(Boolean);
  return declared.some((one) => one === "*" || resolve(workingDirectory, one) === folder);
}
