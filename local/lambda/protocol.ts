/**
 * What an execution environment and the runtime in its process say to each other, over one inherited socket.
 *
 * A frame is a length in eight hexadecimal digits and that many bytes of UTF-8: a line of JSON, and after it a text that is
 * passed on as it is (an event, a result, a log line), so that payloads are never encoded twice.
 */

/** The file descriptor of the socket in the runtime's process. */
export const CHANNEL_FD = 3;

/** The first frame to the runtime. */
export interface RuntimeSettings {
  codeDirectory: string;
  /** `<file>.<export>` */
  handler: string;
  /** The Node major that the function declares, which decides the handler's contract. */
  runtimeMajor: number;
  logFormat: "Text" | "JSON";
  functionName: string;
  functionArn: string;
  memorySizeMb: number;
  timeoutMs: number;
  logGroupName: string;
  logStreamName: string;
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
  round: number;
}

/** Frames from the runtime. */
export type RuntimeHead =
  | { kind: "ready" }
  /** Text: the error, JSON */
  | { kind: "init-failed" }
  /** Text: the line */
  | { kind: "log" }
  | { kind: "busy" }
  /** Text: the result or the error, JSON. With `ending` the runtime exits and takes no other invocation. */
  | { kind: "done"; failed: boolean; durationMs: number; maxMemoryBytes: number; ending: boolean };

const LENGTH_DIGITS = 8;

/** @returns the frame as text, to be written as UTF-8 */
export function encodeFrame(head: object, text = ""): string {
  const content = `${JSON.stringify(head)}\n${text}`;
  return Buffer.byteLength(content).toString(16).padStart(LENGTH_DIGITS, "0") + content;
}

/** Puts frames together from the chunks in which they arrive. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /**
   * @returns the next whole frame, `undefined` until there is one
   * @throws SyntaxError when what arrives is no frame
   */
  next<Head>(): { head: Head; text: string } | undefined {
    const needed = this.#needed();
    if (needed === undefined || this.#size < needed) return undefined;
    const buffer = this.#joined();
    const end = buffer.indexOf(10, LENGTH_DIGITS);
    const head = JSON.parse(buffer.toString("utf8", LENGTH_DIGITS, end)) as Head;
    const text = buffer.toString("utf8", end + 1, needed);
    this.#chunks = buffer.length === needed ? [] : [buffer.subarray(needed)];
    this.#size = buffer.length - needed;
    return { head, text };
  }

  hasNext(): boolean {
    const needed = this.#needed();
    return needed !== undefined && this.#size >= needed;
  }

  #needed(): number | undefined {
    if (this.#size < LENGTH_DIGITS) return undefined;
    const first = this.#chunks[0]!;
    const start = first.length >= LENGTH_DIGITS ? first : this.#joined();
    const length = Number.parseInt(start.toString("latin1", 0, LENGTH_DIGITS), 16);
    if (Number.isNaN(length)) throw new SyntaxError("A frame begins with its length.");
    return LENGTH_DIGITS + length;
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }
}
