/**
 * One process at a time, through a lock file that is created only when absent. Its holder writes who it is, so that the
 * lock of a process that died is taken over instead of waited for.
 */
import { rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readBoundedFile } from "../shared/bounded-file.ts";
import { ensurePrivateDirectory } from "../shared/private-files.ts";
import type { World } from "../shared/world.ts";
import { SessionRefused } from "./refusals.ts";

/** A holder does at most one token request, which ends after 10 s. */
const staleAfterMs = 30_000;
const waitAtMostMs = 20_000;
const retryMs = 25;

/**
 * Runs `work` while holding the lock.
 * @throws SessionRefused `lock-busy` when another live process kept it for 20 s
 */
export async function withLock<T>(world: World, file: string, work: () => Promise<T>): Promise<T> {
  const owner = `${world.processId} ${world.randomBytes(8).toString("hex")}`;
  await ensurePrivateDirectory(world, dirname(file));
  await acquire(world, file, owner);
  try {
    return await work();
  } finally {
    if ((await holderOf(file)) === owner) await unlink(file).catch(() => undefined);
  }
}

async function acquire(world: World, file: string, owner: string): Promise<void> {
  const until = world.now() + waitAtMostMs;
  for (;;) {
    try {
      await writeFile(file, owner, { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw new SessionRefused(
          { kind: "lock-unavailable", code: "storage_unavailable", file, why: (error as Error).message },
          error,
        );
      }
    }
    await removeAbandoned(world, file, owner);
    if (world.now() > until) {
      throw new SessionRefused({ kind: "lock-busy", code: "lock_busy", file, waitedMs: waitAtMostMs });
    }
    await pause(retryMs);
  }
}

/** Moves a dead holder's lock aside first, so that of several waiters only one takes it away. */
async function removeAbandoned(world: World, file: string, owner: string): Promise<void> {
  const holder = await holderOf(file);
  if (holder === undefined) return;
  const pid = Number(holder.split(" ")[0]);
  const age = world.now() - (await stat(file).catch(() => ({ mtimeMs: world.now() }))).mtimeMs;
  const dead = Number.isSafeInteger(pid) && pid > 0 ? !world.isAlive(pid) : age > 1_000;
  if (!dead && age < staleAfterMs) return;
  const aside = `${file}.${owner.split(" ")[1]}`;
  try {
    await rename(file, aside);
    // A lock that changed hands in between is given back.
    if ((await holderOf(aside)) !== holder) await rename(aside, file);
    else await unlink(aside);
  } catch {}
}

async function holderOf(file: string): Promise<string | undefined> {
  const read = await readBoundedFile(file, { limit: 1024, followLinks: false }).catch(() => undefined);
  return read?.content.toString("utf8");
}
