/**
 * The runtime's end of the socket. Both directions block: a process that waits for its next invocation stands still, as a
 * frozen execution environment does on Lambda, and what it sent is with the host before the next line of code runs.
 */
import { readSync, writeSync } from "node:fs";
import { CHANNEL_FD, encodeFrame, FrameReader, type RuntimeHead } from "../protocol.ts";

const reader = new FrameReader();

export function send(head: RuntimeHead, text?: string): void {
  const frame = Buffer.from(encodeFrame(head, text));
  let written = 0;
  while (written < frame.length) written += writeSync(CHANNEL_FD, frame, written);
}

/** Whether the next frame has arrived already. */
export function hasReceived(): boolean {
  return reader.hasNext();
}

/** Waits for the next frame; the process ends with its host. */
export function receive<Head>(): { head: Head; text: string } {
  for (;;) {
    const frame = reader.next<Head>();
    if (frame) return frame;
    const size = readSync(CHANNEL_FD, reader.room());
    if (size === 0) process.exit(0);
    reader.filled(size);
  }
}
