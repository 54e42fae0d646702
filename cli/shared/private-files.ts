/**
 * Files that only their owner may read, written so that a reader or a crash sees the old content or the new, never
 * a part: temporary file in the same folder, fsync, rename, fsync of the folder.
 */
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FolderUnavailable, makeFolder } from "../../local/folders.ts";
import { FileUnfit, readBoundedFile } from "./bounded-file.ts";
import { CliError } from "./errors.ts";
import { quoted } from "./shell-words.ts";

/** What helps wherever our own folder does not do. */
const awayFromHome = 'Keep everything in a folder that you may write to: export DEMO_AUTH_HOME="$(mktemp -d)"';
export const elsewhere = "Keep everything in a folder of your own: export DEMO_AUTH_HOME=~/demo-auth-home";

interface Owner {
  platform: NodeJS.Platform;
  userId: number | undefined;
  homeDirectory?: string;
}

type Writer = Owner & { randomBytes(size: number): Buffer };

/**
 * Reads a private file.
 * @returns its text, or `undefined` when there is none
 * @throws CliError `storage_unsafe` when it is a link, somebody else's, or open to others: then it may have been read or
 * planted, so it is not used
 */
export async function readPrivateFile(owner: Owner, file: string): Promise<string | undefined> {
  const inspect = (info: Stats) => {
    if (!info.isFile())
      throw unsafe(file, "is not a file", `Move it away: mv ${quoted(file)} ${quoted(`${file}.old`)}`);
    if (owner.userId !== undefined && info.uid !== owner.userId)
      throw unsafe(file, "belongs to another user", `rm ${quoted(file)}`);
    if (owner.platform !== "win32" && (info.mode & 0o077) !== 0) {
      throw unsafe(
        file,
        `can be read by others (mode ${(info.mode & 0o777).toString(8)})`,
        `If that was not on purpose, sign out and in again. Then: chmod 600 ${quoted(file)}`,
      );
    }
  };
  try {
    const { content } = await readBoundedFile(file, { followLinks: false, inspect });
    return content.toString("utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof CliError) throw error;
    if (error instanceof FileUnfit) throw unsafe(file, `is not ours (${error.message})`, `rm ${quoted(file)}`);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "ELOOP" || code === "EMLINK") throw unsafe(file, "is a symbolic link", `rm ${quoted(file)}`);
    // A socket, or a FIFO that is opened for reading only where that is refused.
    if (code === "ENXIO") throw unsafe(file, "is not a file", `rm ${quoted(file)}`);
    throw unreadable(file, error);
  }
}

/**
 * Replaces a private file (0600 in a 0700 folder) atomically and durably.
 * @throws CliError `storage_unavailable` when the folder cannot be written; the old content is then untouched
 */
export async function writePrivateFile(owner: Writer, file: string, text: string): Promise<void> {
  const reservation = await reservePrivateFile(owner, file, 0);
  await reservation.commit(text);
}

/** Space on the disk that a private file's next content is sure to have. */
export interface Reservation {
  /** Replaces the file. @throws CliError `storage_unavailable`; the old content is then untouched */
  commit(text: string): Promise<void>;
  /** Gives the space back. After a commit it does nothing. */
  release(): Promise<void>;
}

/**
 * Takes space for a private file's next content, before something is spent that the content must keep.
 * @param bytes that are written to the disk now
 * @throws CliError `storage_unavailable` when there is no room, or the folder cannot be written
 */
export async function reservePrivateFile(owner: Writer, file: string, bytes: number): Promise<Reservation> {
  const directory = dirname(file);
  const temporary = join(directory, `.${basename(file)}.${owner.randomBytes(6).toString("hex")}.tmp`);
  let handle: FileHandle | undefined;
  const release = async () => {
    const open = handle;
    if (open === undefined) return;
    handle = undefined;
    await open.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
  };
  const orUnavailable = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      await release();
      if (error instanceof CliError) throw error;
      throw new CliError("storage_unavailable", `Could not write ${file}: ${(error as Error).message}.`, {
        next: ["Make room there and the folder writable", elsewhere],
        cause: error,
      });
    }
  };
  await orUnavailable(async () => {
    await ensurePrivateDirectory(owner, directory);
    await sweepTemporaries(directory, basename(file));
    handle = await open(temporary, "wx", 0o600);
    if (owner.platform !== "win32") await handle.chmod(0o600);
    if (bytes > 0) {
      // Zeros would do for most file systems, but some keep only what is there; random bytes take their room everywhere.
      await writeAll(handle, owner.randomBytes(bytes));
      await handle.sync();
    }
  });
  return {
    commit: (text) =>
      orUnavailable(async () => {
        const content = Buffer.from(text);
        await writeAll(handle!, content);
        await handle!.truncate(content.length);
        await handle!.sync();
        await rename(temporary, file);
        await handle!.close();
        handle = undefined;
        await syncDirectory(owner, directory);
      }),
    release,
  };
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
      next: `rm ${quoted(file)}`,
      cause: error,
    });
  }
}

/**
 * Creates the folder 0700, or closes it to others.
 * @throws CliError `storage_unsafe` for one that is a link or somebody else's, `storage_unavailable` when it cannot be made
 */
export async function ensurePrivateDirectory(owner: Owner, directory: string): Promise<void> {
  try {
    makeFolder(directory, 0o700);
  } catch (error) {
    if (!(error instanceof FolderUnavailable)) throw error;
    // Below a home that cannot be written to, another folder of it is no way out.
    const isHome = error.cause.path !== undefined && dirname(error.cause.path) === owner.homeDirectory;
    const next = isHome ? awayFromHome : elsewhere;
    throw new CliError("storage_unavailable", error.message, { next, cause: error });
  }
  const info = await lstat(directory);
  if (info.isSymbolicLink()) throw unsafe(directory, "is a symbolic link", `rm ${quoted(directory)}`);
  if (owner.userId !== undefined && info.uid !== owner.userId) {
    throw unsafe(directory, "belongs to another user", elsewhere);
  }
  if (owner.platform !== "win32" && (info.mode & 0o077) !== 0) {
    const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    await handle.chmod(0o700).finally(() => handle.close());
  }
}

/** From the file's beginning. A disk that is full takes a part first, and refuses only then. */
async function writeAll(handle: FileHandle, content: Uint8Array): Promise<void> {
  for (let at = 0; at < content.length; ) at += (await handle.write(content, at, content.length - at, at)).bytesWritten;
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
    next: [`Check who owns it and its mode: ls -l ${quoted(file)}`, elsewhere],
    cause: error,
  });
}
