/**
 * Reads a stack's configuration by key and type, and remembers every fault instead of stopping at the first, so that a
 * person mends a stack file in one go. Pulumi hands every value over as text; lists and objects as JSON.
 */

/** What Pulumi knows of a stack before the program runs. `values` are keyed `<namespace>:<key>`. */
export interface StackConfig {
  project: string;
  stack: string;
  values: Readonly<Record<string, string>>;
}

export class ConfigReader {
  readonly #source: StackConfig;
  readonly #known = new Set<string>();
  readonly #faults: string[] = [];

  constructor(source: StackConfig) {
    this.#source = source;
  }

  get project(): string {
    return this.#source.project;
  }

  get stack(): string {
    return this.#source.stack;
  }

  /** The key as the person writes it in the stack file. */
  name(key: string): string {
    return `${this.#source.project}:${key}`;
  }

  /** Notes a fault: one sentence that names the key and the mend. */
  fault(sentence: string): void {
    this.#faults.push(sentence);
  }

  isSet(key: string): boolean {
    return this.#raw(key) !== undefined;
  }

  text(key: string): string | undefined {
    const value = this.#raw(key);
    if (value === undefined) return undefined;
    if (value.trim() !== "") return value;
    this.fault(`${this.name(key)} is empty; give it a value or remove the line.`);
    return undefined;
  }

  oneOf<T extends string>(key: string, choices: readonly T[], preset: NoInfer<T>): T {
    const value = this.#raw(key);
    if (value === undefined) return preset;
    if ((choices as readonly string[]).includes(value)) return value as T;
    this.fault(`${this.name(key)} is ${JSON.stringify(value)}; use one of ${choices.join(", ")}.`);
    return preset;
  }

  flag(key: string, preset: boolean): boolean {
    return this.oneOf(key, ["true", "false"], preset ? "true" : "false") === "true";
  }

  integer(key: string, range: { min: number; max: number; unit: string }, preset: number): number {
    return this.optionalInteger(key, range) ?? preset;
  }

  optionalInteger(key: string, { min, max, unit }: { min: number; max: number; unit: string }): number | undefined {
    const value = this.#raw(key);
    if (value === undefined) return undefined;
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.fault(`${this.name(key)} is ${JSON.stringify(value)}; give a whole number of ${unit} from ${min} to ${max}.`);
    return undefined;
  }

  /** A YAML list of texts or numbers. */
  list(key: string): string[] | undefined {
    const parsed = this.#json(key, "a list");
    if (parsed === undefined) return undefined;
    if (Array.isArray(parsed) && parsed.every((item) => typeof item === "string" || typeof item === "number")) {
      return parsed.map(String);
    }
    this.fault(`${this.name(key)} is not a list of texts; write it as a YAML list, one "- item" a line.`);
    return undefined;
  }

  /** A YAML object with text values; the keys it may have are `allowed`, when given. */
  record(key: string, allowed?: readonly string[]): Record<string, string> | undefined {
    const parsed = this.#json(key, "an object");
    if (parsed === undefined) return undefined;
    const entries = parsed !== null && typeof parsed === "object" && !Array.isArray(parsed) ? parsed : undefined;
    if (!entries || !Object.values(entries).every((value) => typeof value === "string")) {
      this.fault(`${this.name(key)} is not an object of texts; write it as indented "name: value" lines.`);
      return undefined;
    }
    const strangers = allowed ? Object.keys(entries).filter((name) => !allowed.includes(name)) : [];
    for (const stranger of strangers) {
      this.fault(`${this.name(key)} has the unknown entry ${stranger}; it may have ${allowed?.join(", ")}.`);
    }
    return entries as Record<string, string>;
  }

  /** Every fault found, keys of the project's namespace that nobody asked for included. */
  faults(): string[] {
    const prefix = `${this.#source.project}:`;
    const strangers = Object.keys(this.#source.values)
      .filter((name) => name.startsWith(prefix) && !this.#known.has(name.slice(prefix.length)))
      .map((name) => {
        const near = nearest(name.slice(prefix.length), this.#known);
        return `${name} is not a setting of this program; ${near ? `did you mean ${this.name(near)}?` : "remove it."}`;
      });
    return [...this.#faults, ...strangers];
  }

  #raw(key: string): string | undefined {
    this.#known.add(key);
    return this.#source.values[this.name(key)];
  }

  #json(key: string, shape: string): unknown {
    const value = this.text(key);
    if (value === undefined) return undefined;
    try {
      return JSON.parse(value);
    } catch {
      this.fault(`${this.name(key)} is not ${shape}; write it as indented YAML, or as JSON.`);
      return undefined;
    }
  }
}

function nearest(wanted: string, known: Iterable<string>): string | undefined {
  let best: { key: string; distance: number } | undefined;
  for (const key of known) {
    const distance = editDistance(wanted.toLowerCase(), key.toLowerCase());
    if (distance <= Math.max(2, wanted.length / 4) && distance < (best?.distance ?? Infinity)) best = { key, distance };
  }
  return best?.key;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
