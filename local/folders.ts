/**
 * Making the folders that a person names. Node's own way of making a folder with all above it tries for ever where the folder
 * above is there and the file system still answers ENOENT, as Linux's `/proc` does. This file imports nothing of the project's,
 * so every part of it may use it.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** A folder that cannot be made. */
export class FolderUnavailable extends Error {
  readonly code = "storage_unavailable";
  readonly next: string;
  /** The file system's own, e.g. `EACCES`. */
  override readonly cause: NodeJS.ErrnoException;
  /** Why, for a sentence of the caller's. */
  readonly why: string;

  constructor(folder: string, why: string, cause: NodeJS.ErrnoException) {
    super(`The folder ${folder} cannot be made: ${why}.`);
    this.name = "FolderUnavailable";
    this.cause = cause;
    this.why = why;
    this.next = `See what is in the way: ls -ld '${dirname(cause.path ?? folder)}'`;
  }
}

/**
 * Makes a folder and those above it that are missing, one after the other. Those that are there stay as they are.
 * @param mode permission bits of each folder that is made
 * @throws FolderUnavailable with why; what was made above it stays
 */
export function makeFolder(folder: string, mode = 0o777): void {
  const missing: string[] = [];
  // A drive that is not there has nothing above it either.
  for (let at = resolve(folder); !isThere(at, folder) && missing[0] !== at; at = dirname(at)) missing.unshift(at);
  for (const one of missing) makeOne(one, folder, mode);
}

/** @throws FolderUnavailable when something else is in its place, or nobody lets us look */
function isThere(path: string, wanted: string): boolean {
  try {
    const info = statSync(path, { throwIfNoEntry: false });
    if (info === undefined) return false;
    if (info.isDirectory()) return true;
    throw Object.assign(new Error(`${path} is not a folder`), { code: "ENOTDIR" });
  } catch (error) {
    throw unavailable(wanted, path, error as NodeJS.ErrnoException);
  }
}

function makeOne(path: string, wanted: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have made it in the meantime.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && isThere(path, wanted)) return;
    throw unavailable(wanted, path, error as NodeJS.ErrnoException);
  }
}

function unavailable(wanted: string, path: string, error: NodeJS.ErrnoException): FolderUnavailable {
  const above = dirname(path);
  const reasons: Record<string, string> = {
    ENOENT: `${above} takes no new folders`,
    EACCES: `you may not write to ${above}`,
    EPERM: `you may not write to ${above}`,
    EROFS: `${above} is read-only`,
    ENOTDIR: `${path} is not a folder`,
    // A link that leads nowhere: something is there, and it is no folder.
    EEXIST: `${path} is not a folder`,
    ELOOP: `${path} is a link that leads to itself`,
    ENAMETOOLONG: "its name is too long",
    ENOSPC: "the disk is full",
  };
  return new FolderUnavailable(wanted, reasons[error.code ?? ""] ?? error.message, error);
}
