/**
 * The folder of a cloud's state: keys that sign tokens, users, and code that is run. It is used only when nobody else may write
 * to it; and a cloud that forgets has one of its own among the system's temporary folders, which the next one removes when it could
 * not.
 */
import { lstatSync, mkdtempSync, readdirSync, rmSync, type Stats, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderUnavailable, makeFolder } from "../folders.ts";
import { elsewhere, StateError } from "./store.ts";

const OTHERS_MAY_WRITE = 0o022;
const TEMPORARY = /^demo-auth-(\d+)-\w{6}$/;

/** Makes the folder, for its owner alone, when it is not there. @throws StateError when others own it or may write to it */
export function openStateFolder(folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    if (error instanceof FolderUnavailable) throw new StateError(folder, error.why, elsewhere);
    throw error;
  }
  for (const path of [folder, ...["state.db", "functions", "tls", "tls/ca.key"].map((name) => join(folder, name))])
    refuseForeign(path, lstatSync(path, { throwIfNoEntry: false }));
}

function refuseForeign(path: string, info: Stats | undefined): void {
  const user = process.getuid?.();
  if (info === undefined || user === undefined) return;
  if (info.uid !== user) throw new StateError(path, "it belongs to another user", elsewhere);
  if (!info.isSymbolicLink() && (info.mode & OTHERS_MAY_WRITE) !== 0)
    throw new StateError(path, "other users may write to it", `If you trust what is in it: chmod go-w '${path}'`);
}

/** A folder for this process alone. Those of processes that died without removing theirs are removed. @throws StateError */
export function temporaryStateFolder(): string {
  const parent = tmpdir();
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory())
    throw new StateError(parent, "it is not a folder", "Temporary folders go where TMPDIR says: export TMPDIR=/tmp");
  for (const name of readdirSync(parent)) {
    const pid = Number(TEMPORARY.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) removeOwn(join(parent, name));
  }
  return mkdtempSync(join(parent, `demo-auth-${process.pid}-`));
}

function removeOwn(folder: string): void {
  try {
    const info = lstatSync(folder);
    if (info.isDirectory() && info.uid === (process.getuid?.() ?? info.uid))
      rmSync(folder, { recursive: true, force: true });
  } catch {
    // Somebody else was first.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
