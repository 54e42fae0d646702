/**
 * Outputs that only AWS, or another provider, could know. A text among them becomes a marker that is recognised wherever
 * it travels: what is not served passes it on, what is served refuses it by name, and people see what it stands for.
 */
import { createHash } from "node:crypto";
import { ResourceProblem } from "../engine/graph.ts";
import type { Values } from "../engine/values.ts";
import type { Kind, Properties } from "./sdk-types.ts";

/** Whose output is not known: a resource, or a function that looks something up. */
export interface UnknownOutput {
  type: string;
  /** The logical name; of a function the argument that says what is looked up. */
  name: string;
  /** With a path into lists and objects: `endpoints[0]` */
  property: string;
}

const MARKER = /unknown-output-[0-9a-f]{8}/g;

/** Whether a text is, or contains, a marker. */
export const holdsUnknownOutput = (text: string): boolean => text.search(MARKER) >= 0;

/** As much of a marker as V8 quotes of a text that is not JSON. */
export const MARKER_START = "unknown-ou";

/** The markers in a text, each once. */
export const markersIn = (text: string): string[] => [...new Set(text.match(MARKER) ?? [])];

export class UnknownOutputs {
  readonly #byMarker = new Map<string, UnknownOutput>();
  /** Of kinds that no marker can stand in for: the program gets `undefined`. */
  readonly missing: UnknownOutput[] = [];

  constructor(known: Readonly<Record<string, UnknownOutput>> = {}) {
    for (const [marker, output] of Object.entries(known)) this.#byMarker.set(marker, output);
  }

  /** By marker, for whoever keeps them. */
  toJSON(): Record<string, UnknownOutput> {
    return Object.fromEntries(this.#byMarker);
  }

  /** @returns values for those of `properties` that `known` leaves out */
  standIns(properties: Properties, known: Values, owner: Omit<UnknownOutput, "property">): Values {
    const made: Values = {};
    for (const [name, kind] of Object.entries(properties)) {
      if (name in known && known[name] !== undefined) continue;
      const value = this.#standIn(kind, { ...owner, property: name });
      if (value !== undefined) made[name] = value;
    }
    return made;
  }

  #standIn(kind: Kind, output: UnknownOutput): unknown {
    if (kind === "text") return this.#marker(output);
    if (typeof kind === "string") {
      this.missing.push(output);
      return undefined;
    }
    if ("list" in kind) {
      const item = this.#standIn(kind.list, { ...output, property: `${output.property}[0]` });
      return item === undefined ? [] : [item];
    }
    if ("map" in kind) {
      this.missing.push(output);
      return {};
    }
    const made: Values = {};
    for (const [name, inner] of Object.entries(kind.object)) {
      const value = this.#standIn(inner, { ...output, property: `${output.property}.${name}` });
      if (value !== undefined) made[name] = value;
    }
    return made;
  }

  #marker(output: UnknownOutput): string {
    const digest = createHash("sha256").update([output.type, output.name, output.property].join("\0")).digest("hex");
    const marker = `unknown-output-${digest.slice(0, 8)}`;
    this.#byMarker.set(marker, output);
    return marker;
  }

  /** @returns the outputs whose markers are in a text; all of them where it cuts its markers off */
  in(text: string): UnknownOutput[] {
    const whole = markersIn(text).flatMap((marker) => this.#byMarker.get(marker) ?? []);
    return whole.length > 0 ? whole : [...this.#byMarker.values()];
  }

  /** @returns the first marker anywhere inside, also as a part of a text */
  find(value: unknown): UnknownOutput | undefined {
    if (typeof value === "string") {
      const [marker] = value.match(MARKER) ?? [];
      return marker === undefined ? undefined : this.#byMarker.get(marker);
    }
    if (value === null || typeof value !== "object") return undefined;
    for (const item of Object.values("toJSON" in value ? (value as { toJSON(): object }).toJSON() : value)) {
      const found = this.find(item);
      if (found) return found;
    }
    return undefined;
  }

  /**
   * @param reader who reads it, as the beginning of a sentence
   * @throws ResourceProblem when the value holds an output that is not known
   */
  refuse(value: unknown, reader: string): void {
    const found = this.find(value);
    if (found) throw new ResourceProblem(`${reader} ${whatToWrite(found)}`);
  }

  /** For people: every marker becomes what it stands for. */
  describe<T>(value: T): T {
    if (typeof value === "string") {
      return value.replace(MARKER, (marker) => {
        const output = this.#byMarker.get(marker);
        return output ? `[known only on AWS: ${output.type} ${output.name}.${output.property}]` : marker;
      }) as T;
    }
    if (Array.isArray(value)) return value.map((item) => this.describe(item)) as T;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.describe(item)])) as T;
  }
}

/** The rest of the sentence, and the lines to paste. */
function whatToWrite({ type, name, property }: UnknownOutput): string {
  const top = property.replace(/[.[].*$/, "");
  const isFunction = /:get[A-Z]\w*$/.test(type);
  const value = property === top ? '"…"' : /^\w+\[/.test(property) ? "[…]" : "{ … }";
  return [
    `reads ${property} of ${type} "${name}", which only AWS knows. Give a value in demo-auth.local.yaml, beside Pulumi.yaml:`,
    ...(isFunction ? ["lookups:", `  ${JSON.stringify(type)}:`] : ["outputs:"]),
    `${isFunction ? "    " : "  "}${JSON.stringify(name)}: { ${top}: ${value} }`,
  ].join("\n");
}
