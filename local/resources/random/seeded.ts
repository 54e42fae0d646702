/** Randomness that is the same at every start: made of the resource's URN and inputs, as Pulumi's state would keep it. */
import { createHash } from "node:crypto";
import type { NewResource } from "../../engine/graph.ts";

export class SeededBytes {
  readonly #seed: string;
  #block = Buffer.alloc(0);
  #round = 0;

  /** What makes Pulumi's provider draw anew makes this differ: another input or another `keepers`. */
  constructor({ urn, inputs }: NewResource) {
    this.#seed = JSON.stringify([urn, sorted(inputs)]);
  }

  take(size: number): Buffer {
    while (this.#block.length < size) {
      const more = createHash("sha512")
        .update(`${this.#seed}#${this.#round++}`)
        .digest();
      this.#block = Buffer.concat([this.#block, more]);
    }
    const bytes = this.#block.subarray(0, size);
    this.#block = this.#block.subarray(size);
    return bytes;
  }

  /** An integer from 0 to `limit` - 1, each as likely as the others; `limit` up to 2^47. */
  below(limit: number): number {
    const range = 2 ** 48;
    for (;;) {
      const drawn = this.take(6).readUIntBE(0, 6);
      if (drawn < range - (range % limit)) return drawn % limit;
    }
  }

  pick<T>(from: ArrayLike<T>): T {
    return from[this.below(from.length)]!;
  }

  /** A new array in another order (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  }

  uuid(version: 4 | 7, milliseconds = 0): string {
    const bytes = Buffer.from(this.take(16));
    if (version === 7) bytes.writeUIntBE(milliseconds, 0, 6);
    bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = bytes.toString("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }
}

/** The order in which a program writes its inputs makes no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
