/**
 * What an execution environment and the runtime in its process say to each other, over one inherited socket.
 *
 * A frame is a length in eight hexadecimal digits and that many bytes of UTF-8: a line of JSON, and after it a text that is
 * passed on as it is (an event, a result, a log line), so that payloads are never encoded twice.
 */

import type { LogLevel } from "../model.ts";

/** The file descriptor of the socket in the runtime's process. */
export const CHANNEL_FD = 3;

/** The first frame to the runtime. */
export interface RuntimeSettings {
  codeDirectory: string;
  /** What lies below `/opt` on Lambda, in its order. */
  layerDirectories: string[];
  /** `<file>.<export>` */
  handler: string;
  /** The Node major that the function declares, which decides the handler's contract. */
  runtimeMajor: number;
  logFormat: "Text" | "JSON";
  /** Lines below it are dropped, in JSON. */
  logLevel: LogLevel;
  functionName: string;
  functionVersion: string;
  memorySizeMb: number;
  timeoutMs: number;
  logGroupName: string;
  logStreamName: string;
  /** Folders in which the packages are looked for that Lambda's runtimes bring along, in this order; without any there are none. */
  packagesDirectories: string[];
  /** The local identity provider, and AWS's issuer of each pool → the local one. */
  identityProvider: { origin: string; issuers: Record<string, string> } | undefined;
  /** Variables that the function finds otherwise than Node found them at its start; `null` for none. */
  lateVariables: Record<string, string | null>;
}

/**
 * Every later frame to the runtime; its text is the event.
 *
 * Invocations may be sent ahead of their turn. When one takes longer, the runtime says `busy` and from then on discards
 * what was sent ahead under the same round, so that the host can give it to another environment: nothing runs twice.
 */
export interface InvocationHead {
  requestId: string;
  traceId: string | undefined;
  functionArn: string;
  /** JSON text */
  clientContext: string | undefined;
  round: number;
}

/** Frames from the runtime. */
export type RuntimeHead =
  | { kind: "ready" }
  /** Text: the error, JSON */
  | { kind: "init-failed" }
  /** Text: the line */
  | { kind: "log" }
  /** A call to a service of AWS that does not run here. Text: why it failed */
  | { kind: "refused-call"; service: string; operation: string }
  | { kind: "busy" }
  /** Text: the result or the error, JSON. With `ending` the runtime exits and takes no other invocation. */
  | { kind: "done"; failed: boolean; durationMs: number; maxMemoryBytes: number; ending: boolean };

const LENGTH_DIGITS = 8;

/** @returns the frame as text, to be written as UTF-8 */
export function encodeFrame(head: object, text = ""): string {
  const content = `${JSON.stringify(head)}\n${text}`;
  return Buffer.byteLength(content).toString(16).padStart(LENGTH_DIGITS, "0") + content;
}

const ROOM_BYTES = 65_536;

/** Puts frames together from the pieces in which they arrive, in one buffer that is used again and again. */
export class FrameReader {
  #buffer = Buffer.allocUnsafeSlow(ROOM_BYTES);
  #start = 0;
  #end = 0;

  /** Where the next piece may be read into; `filled` tells how much of it was. */
  room(bytes = ROOM_BYTES / 2): Buffer {
    if (this.#end + bytes > this.#buffer.length) this.#makeRoom(bytes);
    return this.#buffer.subarray(this.#end);
  }

  filled(bytes: number): void {
    this.#end += bytes;
  }

  push(piece: Buffer): void {
    piece.copy(this.room(piece.length));
    this.filled(piece.length);
  }

  /**
   * @returns the next whole frame, `undefined` until there is one
   * @throws SyntaxError when what arrives is no frame
   */
  next<Head>(): { head: Head; text: string } | undefined {
    const end = this.#nextEnd();
    if (end === undefined) return undefined;
    const headStart = this.#start + LENGTH_DIGITS;
    const headEnd = this.#buffer.indexOf(10, headStart);
    const head = JSON.parse(this.#buffer.toString("utf8", headStart, headEnd)) as Head;
    const text = this.#buffer.toString("utf8", headEnd + 1, end);
    this.#start = end;
    if (end === this.#end) this.#empty();
    return { head, text };
  }

  hasNext(): boolean {
    return this.#nextEnd() !== undefined;
  }

  #nextEnd(): number | undefined {
    if (this.#end - this.#start < LENGTH_DIGITS) return undefined;
    const length = Number.parseInt(this.#buffer.toString("latin1", this.#start, this.#start + LENGTH_DIGITS), 16);
    if (Number.isNaN(length)) throw new SyntaxError("A frame begins with its length.");
    const end = this.#start + LENGTH_DIGITS + length;
    return end <= this.#end ? end : undefined;
  }

  #empty(): void {
    this.#start = 0;
    this.#end = 0;
    // What one large frame needed is not kept for the small ones.
    if (this.#buffer.length > 4 * ROOM_BYTES) this.#buffer = Buffer.allocUnsafeSlow(ROOM_BYTES);
  }

  #makeRoom(bytes: number): void {
    const kept = this.#buffer.subarray(this.#start, this.#end);
    const needed = kept.length + bytes;
    const target =
      needed <= this.#buffer.length ? this.#buffer : Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    kept.copy(target);
    this.#buffer = target;
    this.#start = 0;
    this.#end = kept.length;
  }
}
