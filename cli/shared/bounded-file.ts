/**
 * Reading a file that somebody else may have put there: never waits for a FIFO, never reads a device, never more than a
 * limit.
 */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Bytes that a file of settings or state may have. */
export const fileLimit = 1 << 20;

/** What is there is not a file, or is larger than the limit. */
export class FileUnfit extends Error {}

export interface BoundedFile {
  content: Buffer;
  info: Stats;
}

export interface BoundedReading {
  /** Bytes; 1 MiB when absent. */
  limit?: number;
  /** False: a symbolic link is an error (`ELOOP`). */
  followLinks?: boolean;
  /** Looks at what was opened before anything is read; throws to refuse it. */
  inspect?(info: Stats): void;
}

/** @throws FileUnfit, or Node's error with its `code` */
export async function readBoundedFile(file: string, options: BoundedReading = {}): Promise<BoundedFile> {
  const { limit = fileLimit, followLinks = true } = options;
  // Without O_NONBLOCK, opening a FIFO waits for somebody to write to it.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (followLinks ? 0 : (constants.O_NOFOLLOW ?? 0));
  const handle = await open(file, flags);
  try {
    const info = await handle.stat();
    options.inspect?.(info);
    if (!info.isFile()) throw new FileUnfit("it is not a file");
    return { content: await readAtMost(handle, limit), info };
  } finally {
    await handle.close();
  }
}

/** The file's size is not believed: it may grow, and some file systems say 0. */
async function readAtMost(handle: FileHandle, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(65_536, limit + 1 - size)));
    if (bytesRead === 0) return Buffer.concat(chunks);
    size += bytesRead;
    if (size > limit) throw new FileUnfit(`it has more than ${limit} bytes`);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

/** The same for a stream, such as standard input. */
export async function readBoundedStream(stream: AsyncIterable<Buffer | string>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) throw new FileUnfit(`it has more than ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
