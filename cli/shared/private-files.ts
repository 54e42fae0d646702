/**
 * Files that only their owner may read, written so that a reader or a crash sees the old content or the new, never
 * a part: temporary file in the same folder, fsync, rename, fsync of the folder.
 */
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError } from "./errors.ts";
import type { World } from "./world.ts";

type Owner = Pick<World, "platform" | "userId">;

/**
 * Reads a private file.
 * @returns its text, or `undefined` when there is none
 * @throws CliError `storage_unsafe` when it is a link, somebody else's, or open to others: then it may have been read or
 * planted, so it is not used
 */
export async function readPrivateFile(owner: Owner, file: string): Promise<string | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "ELOOP" || code === "EMLINK") throw unsafe(file, "is a symbolic link", `rm '${file}'`);
    throw unreadable(file, error);
  }
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw unsafe(file, "is not a file", `Move it away: mv '${file}' '${file}.old'`);
    if (owner.userId !== undefined && info.uid !== owner.userId) {
      throw unsafe(file, "belongs to another user", `rm '${file}'`);
    }
    if (owner.platform !== "win32" && (info.mode & 0o077) !== 0) {
      throw unsafe(
        file,
        `can be read by others (mode ${(info.mode & 0o777).toString(8)})`,
        `If that was not on purpose, sign out and in again. Then: chmod 600 '${file}'`,
      );
    }
    return await handle.readFile("utf8");
  } catch (error) {
    throw error instanceof CliError ? error : unreadable(file, error);
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a private file (0600 in a 0700 folder) atomically and durably.
 * @throws CliError `storage_unavailable` when the folder cannot be written; the old content is then untouched
 */
export async function writePrivateFile(
  owner: Owner & Pick<World, "randomBytes">,
  file: string,
  text: string,
): Promise<void> {
  const directory = dirname(file);
  const temporary = join(directory, `.${basename(file)}.${owner.randomBytes(6).toString("hex")}.tmp`);
  try {
    await ensurePrivateDirectory(owner, directory);
    await sweepTemporaries(directory, basename(file));
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(text);
      if (owner.platform !== "win32") await handle.chmod(0o600);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncDirectory(owner, directory);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    if (error instanceof CliError) throw error;
    throw new CliError("storage_unavailable", `Could not write ${file}: ${(error as Error).message}.`, {
      next: "Make the folder writable, or point DEMO_AUTH_HOME at another",
      cause: error,
    });
  }
}

/** Removes a private file. @returns whether there was one */
export async function deletePrivateFile(owner: Owner, file: string): Promise<boolean> {
  try {
    await unlink(file);
    await syncDirectory(owner, dirname(file));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw new CliError("storage_unavailable", `Could not delete ${file}: ${(error as Error).message}.`, {
      next: `rm '${file}'`,
      cause: error,
    });
  }
}

/** Creates the folder 0700, or closes it to others; refuses one that is a link or somebody else's. */
export async function ensurePrivateDirectory(owner: Owner, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const info = await lstat(directory);
  if (info.isSymbolicLink()) throw unsafe(directory, "is a symbolic link", `rm '${directory}'`);
  if (owner.userId !== undefined && info.uid !== owner.userId) {
    throw unsafe(directory, "belongs to another user", "Point DEMO_AUTH_HOME at a folder of your own");
  }
  if (owner.platform !== "win32" && (info.mode & 0o077) !== 0) {
    const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    await handle.chmod(0o700).finally(() => handle.close());
  }
}

const abandonedAfterMs = 60_000;

async function sweepTemporaries(directory: string, name: string): Promise<void> {
  for (const entry of await readdir(directory)) {
    if (!entry.startsWith(`.${name}.`) || !entry.endsWith(".tmp")) continue;
    const path = join(directory, entry);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > abandonedAfterMs) await unlink(path).catch(() => undefined);
  }
}

/** Makes the rename itself durable; Windows cannot open a folder. */
async function syncDirectory(owner: Owner, directory: string): Promise<void> {
  if (owner.platform === "win32") return;
  const handle = await open(directory, "r");
  await handle.sync().finally(() => handle.close());
}

function unsafe(file: string, why: string, next: string): CliError {
  return new CliError("storage_unsafe", `${file} ${why}, so it is not used.`, { next });
}

function unreadable(file: string, error: unknown): CliError {
  return new CliError("storage_unavailable", `Could not read ${file}: ${(error as Error).message}.`, {
    next: "Check who owns it and its mode, or point DEMO_AUTH_HOME at another folder",
    cause: error,
  });
}
