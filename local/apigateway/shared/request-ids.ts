/**
 * The identifiers that API Gateway gives to a request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/context-variables-for-access-logging.html).
 */
import type { Platform } from "../../platform.ts";

const EXTENDED_ID_BYTES = 11;
const TRACE_BYTES = 12;
const DRAW_BYTES = 4096;

export class RequestIds {
  readonly #platform: Platform;
  #random: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  requestId(): string {
    return this.#platform.randomUUID();
  }

  /** Sixteen characters that end in `=` */
  extendedRequestId(): string {
    return this.#draw(EXTENDED_ID_BYTES).toString("base64");
  }

  /**
   * An X-Ray trace header.
   * @param sent the client's own, kept when it names a root
   * @param now milliseconds since the epoch
   */
  traceId(sent: string | undefined, now: number): string {
    if (sent !== undefined && /(?:^|;)\s*Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;|$)/.test(sent)) return sent;
    const seconds = Math.floor(now / 1000)
      .toString(16)
      .padStart(8, "0");
    return `Root=1-${seconds}-${this.#draw(TRACE_BYTES).toString("hex")}`;
  }

  #draw(bytes: number): Buffer {
    if (this.#used + bytes > this.#random.length) {
      this.#random = this.#platform.randomBytes(DRAW_BYTES);
      this.#used = 0;
    }
    this.#used += bytes;
    return this.#random.subarray(this.#used - bytes, this.#used);
  }
}
