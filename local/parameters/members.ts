/** Members of a request, held against the constraints that the services' models have for them. */
import { invalid, Refusal } from "./refusal.ts";

export class Members {
  readonly #request: Readonly<Record<string, unknown>>;

  constructor(request: Readonly<Record<string, unknown>>) {
    this.#request = request;
  }

  has(name: string): boolean {
    return this.#request[name] !== undefined && this.#request[name] !== null;
  }

  /** @throws Refusal */
  text(name: string): string | undefined {
    return this.#of(name, (value) => typeof value === "string") as string | undefined;
  }

  /** @throws Refusal */
  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw required(name);
    if (value === "") throw constraint(value, name, "length greater than or equal to 1");
    return value;
  }

  /** @throws Refusal */
  flag(name: string): boolean {
    return this.#of(name, (value) => typeof value === "boolean") === true;
  }

  /** @throws Refusal */
  count(name: string, { preset, most }: { preset: number; most: number }): number {
    const value = (this.#of(name, Number.isInteger) as number | undefined) ?? preset;
    if (value > most) throw constraint(value, name, `value less than or equal to ${most}`);
    if (value < 1) throw constraint(value, name, "value greater than or equal to 1");
    return value;
  }

  /** @throws Refusal */
  requiredTexts(name: string, most: number): string[] {
    const isTexts = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string");
    const values = this.#of(name, isTexts) as string[] | undefined;
    if (values === undefined) throw required(name);
    if (values.length === 0) throw constraint("[]", name, "length greater than or equal to 1");
    if (values.length > most) throw constraint(`[${values.join(", ")}]`, name, `length less than or equal to ${most}`);
    return values;
  }

  #of(name: string, isRight: (value: unknown) => boolean): unknown {
    if (!this.has(name)) return undefined;
    if (!isRight(this.#request[name])) throw new Refusal("SerializationException", {});
    return this.#request[name];
  }
}

const lowerFirst = (name: string) => `${name[0]!.toLowerCase()}${name.slice(1)}`;

const constraint = (value: string | number, name: string, wanted: string): Refusal =>
  invalid(
    `1 validation error detected: Value '${value}' at '${lowerFirst(name)}' failed to satisfy constraint: Member must have ${wanted}`,
  );

const required = (name: string): Refusal =>
  invalid(
    `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`,
  );
