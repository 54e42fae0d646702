/** Lays out a program's archive on disk, under a name made of its content, so that what was deployed is what runs. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { unzipSync } from "fflate";
import { ResourceProblem } from "../engine/graph.ts";
import { Archive, type Asset } from "../engine/values.ts";
import { makeFolder } from "../folders.ts";

const DRAFT = ".draft-";
const ABANDONED_AFTER_MS = 60_000;
/** Lambda's quota for what a deployment package holds, unpacked. */
const MOST_BYTES = 262_144_000;

/**
 * @param archive as the program registered it
 * @param base the program's working directory, which relative paths start from
 * @param target the folder to make it in
 * @returns the folder that holds the unpacked files
 * @throws ResourceProblem when a file of it is missing, not an archive, or reaches out of the folder, and when all are too large
 */
export function unpackArchive(archive: Archive, base: string, target: string): string {
  const files = new Files();
  collect(archive, base, "", files);

  const digest = createHash("sha256");
  for (const name of [...files.keys()].sort())
    digest.update(`${name}\0${files.get(name)!.length}\0`).update(files.get(name)!);
  const folder = join(target, digest.digest("hex").slice(0, 32));
  if (existsSync(folder)) {
    if (holds(folder, files)) return folder;
    // Somebody wrote to it, perhaps the function itself, which cannot on Lambda: what was deployed is what runs.
    rmSync(folder, { recursive: true, force: true });
  }

  // Written beside and moved into place: another process never sees half of it.
  makeFolder(target, 0o700);
  sweepDrafts(target);
  const draft = mkdtempSync(join(target, DRAFT));
  for (const [name, content] of files) {
    const file = resolve(draft, name);
    if (!file.startsWith(draft + sep))
      throw new ResourceProblem(`The archive holds ${JSON.stringify(name)}, which lies outside of it.`);
    makeFolder(dirname(file));
    writeFileSync(file, content);
  }
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Whether the folder has exactly these files. */
function holds(folder: string, files: Map<string, Uint8Array>): boolean {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  if (entries.length !== files.size) return false;
  return entries.every((entry) => {
    const file = join(entry.parentPath, entry.name);
    const content = files.get(relative(folder, file));
    return entry.isFile() && content !== undefined && readFileSync(file).equals(content);
  });
}

/** Left by a process that died while it wrote. */
function sweepDrafts(target: string): void {
  for (const name of readdirSync(target)) {
    const draft = join(target, name);
    const info = name.startsWith(DRAFT) ? statSync(draft, { throwIfNoEntry: false }) : undefined;
    if (info && Date.now() - info.mtimeMs > ABANDONED_AFTER_MS) rmSync(draft, { recursive: true, force: true });
  }
}

/** By their names in the archive. */
class Files extends Map<string, Uint8Array> {
  #room = MOST_BYTES;

  /**
   * Before they are read: a small zip may unpack to more than there is memory.
   * @throws ResourceProblem
   */
  requireRoom(bytes: number): void {
    this.#room -= bytes;
    if (this.#room < 0)
      throw new ResourceProblem(
        `InvalidParameterValueException: Unzipped size must be smaller than ${MOST_BYTES} bytes. Leave out of the archive what the function does not need.`,
      );
  }
}

function collect(source: Archive | Asset, base: string, prefix: string, files: Files): void {
  if (source.uri)
    throw new ResourceProblem(`The archive is at ${source.uri}; the local cloud takes files of this machine only.`);
  if (source instanceof Archive) {
    for (const [name, part] of Object.entries(source.assets ?? {})) collect(part, base, join(prefix, name), files);
    if (source.path) collectPath(within(base, source.path), prefix, files);
  } else {
    files.set(prefix, source.path ? read(within(base, source.path), files) : Buffer.from(source.text ?? ""));
  }
}

function collectPath(path: string, prefix: string, files: Files): void {
  if (!existsSync(path))
    throw new ResourceProblem(`The archive ${path} does not exist. Build it first, or fix its path.`);
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (statSync(file).isFile()) files.set(join(prefix, relative(path, file)), read(file, files));
    }
    return;
  }
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(read(path), {
      filter({ originalSize }) {
        files.requireRoom(originalSize);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof ResourceProblem) throw error;
    throw new ResourceProblem(`${path} is not a zip archive, which is what Lambda takes.`);
  }
  for (const [name, content] of Object.entries(entries))
    if (!name.endsWith("/")) files.set(join(prefix, name), content);
}

const within = (base: string, path: string) => (isAbsolute(path) ? path : resolve(base, path));

/** @param files that it becomes one of */
function read(file: string, files?: Files): Uint8Array {
  try {
    files?.requireRoom(statSync(file).size);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof ResourceProblem) throw error;
    throw new ResourceProblem(`${file} cannot be read: ${(error as Error).message}`);
  }
}
