/**
 * What an evaluation read, as the traced program reports it to its cloud: one JSON array a line, on a descriptor of its own.
 */

/**
 * - `module`: Node's loader took this file
 * - `path`: this path was looked at or read, whether it is a file, a folder or nothing at all
 * - `listing`: the names in this folder were read
 * - `tree`: everything below may have been read, by a child process or by native code, whose reads nobody sees
 * - `archive`: this file, or everything below this folder, goes into an archive
 * - `written`: the program makes this itself, with whatever is below
 * - `born`: what was read here is younger than the program's start, and perhaps made by a child process of its
 * - `package`: a module of an installed package that can be loaded ahead of the next evaluation
 */
export type ReadKind = "module" | "path" | "listing" | "tree" | "archive" | "written" | "born" | "package";

/** @param mark how it stood when it was read, as `markOf` says it */
export type Read = readonly [kind: ReadKind, path: string, mark?: string];

interface Stat {
  ino: number;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  isFile(): boolean;
}

/** Of two equal marks, the file was not touched between them. A folder's mark says only that it is one. */
export function markOf(stat: Stat | undefined): string {
  if (!stat) return "absent";
  return stat.isFile() ? `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}` : "folder";
}

/** @throws Error when a line is not of this form */
export const parseRead = (line: string): Read => JSON.parse(line) as Read;
