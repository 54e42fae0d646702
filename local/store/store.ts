/**
 * The local cloud's state: one SQLite database, so that whatever was answered to a client survives `kill -9`.
 * Journal mode WAL with `synchronous = NORMAL` keeps every committed transaction across the death of the process
 * (https://www.sqlite.org/wal.html#performance_considerations); only a power cut may lose the last ones, never the file.
 */
import { chmodSync, existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FolderUnavailable, makeFolder } from "../folders.ts";
import type { Store } from "../platform.ts";

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** A state file that cannot be used, with the way out. Nothing was changed or deleted. */
export class StateError extends Error {
  readonly code = "state_unusable";
  readonly file: string;
  readonly next: string;

  constructor(file: string, why: string, next: string) {
    super(`The local cloud's state in ${file} cannot be used: ${why}.`);
    this.name = "StateError";
    this.file = file;
    this.next = next;
  }
}

/**
 * Opens the state.
 * @param file a path, created with its folder (0600 in 0700) when absent; `":memory:"` for a cloud that forgets
 * @throws StateError when the file is damaged, not a database, or not writable; it is left as it is
 */
export function openStore(file: string): Store {
  const db = file === ":memory:" ? new DatabaseSync(file) : openFile(file);
  let depth = 0;
  return {
    db,
    transaction(work) {
      if (depth > 0) return work();
      db.exec("BEGIN IMMEDIATE");
      depth++;
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      } finally {
        depth--;
      }
    },
    close() {
      if (db.isOpen) db.close();
    },
  };
}

/** Another process holds the state. */
export class StateTakenError extends StateError {}

/** What to do with a file that nothing can be made of. */
export const moveAway = (file: string): string => `Move it away to start afresh: mv '${file}' '${file}.damaged'`;

/** What to do where a folder or file of state does not do. */
export const elsewhere = "Start with state of your own: --state ~/demo-auth-state, or with none: --ephemeral.";

function openFile(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    makeFolder(dirname(file), 0o700);
    const fresh = !existsSync(file);
    db = new DatabaseSync(file);
    if (fresh && process.platform !== "win32") chmodSync(file, 0o600);
    // The lock is taken by the first write and dies with the process, however it dies.
    db.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
    );
    db.exec("BEGIN IMMEDIATE; COMMIT;");
    const check = db.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (check.quick_check !== "ok") throw new StateError(file, `it is damaged (${check.quick_check})`, moveAway(file));
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof StateError) throw error;
    if (error instanceof FolderUnavailable) throw new StateError(file, error.why, elsewhere);
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new StateTakenError(
        file,
        "another local cloud uses it",
        "Use the one that runs, or start this one with other state: --state ~/demo-auth-state, or with none: --ephemeral.",
      );
    }
    // What was never there cannot be moved away.
    throw new StateError(file, (error as Error).message, existsSync(file) ? moveAway(file) : elsewhere);
  }
}
