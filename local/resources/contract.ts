/**
 * What the local cloud does with each input of a resource type. A contract is total over the provider's own `…Args` type,
 * nested objects included, so that an upgrade of the provider fails the type check until its new inputs are sorted.
 * `docs/local-resources.md` is made from the contracts, and so is what a start names as set and not served.
 */
import type { OutputInstance } from "@pulumi/pulumi";
import type { Values } from "../engine/values.ts";

/** Whether a value is one of those that are not served, given the inputs beside it. */
type Includes = (value: unknown, beside: Values) => boolean;

/** What AWS does with the input, a caller sees here too. */
export interface Served {
  readonly kind: "served";
  /** Values with which it is not, and why. */
  readonly except?: { readonly because: string; readonly includes: Includes };
}

/** Nobody who calls what runs here could tell whether the input was set. */
export interface WithoutEffect {
  readonly kind: "without effect";
  readonly because: string;
}

/** A caller of the real service could tell that the input was set; here it changes nothing, and the start says so. */
export interface NotServed {
  readonly kind: "not served";
  readonly because: string;
  /** Values that ask for nothing: with one of them, or a list of nothing else, the input counts as not set. */
  readonly unless: readonly unknown[];
  /** It decides who is let in: the start gives it a line of its own, and what it guards is refused on the wire. */
  readonly guards: boolean;
}

/** An object, or a list of objects, whose properties have treatments of their own. */
export interface Parts<Nested> {
  readonly parts: Contract<Nested>;
}

export type Treatment<T = unknown> = Served | WithoutEffect | NotServed | PartsOf<Plain<T>>;

/** A treatment for each property, none left out. */
export type Contract<Args> = { readonly [Name in keyof Required<Args>]: Treatment<Args[Name]> };

/** Of `pulumi.Input<T>`, of a list of them, or of both: the `T`. */
type Plain<T> = T extends Promise<unknown> | OutputInstance<unknown> | undefined | null
  ? never
  : T extends readonly (infer Item)[]
    ? Plain<Item>
    : T;

/** Maps from any text to a value have no properties that could be sorted. */
type PartsOf<T> = [T] extends [never] ? never : T extends object ? (string extends keyof T ? never : Parts<T>) : never;

/** Any contract, when the provider's type no longer matters. */
export type AnyContract = {
  readonly [name: string]: Served | WithoutEffect | NotServed | { readonly parts: AnyContract };
};

export const served: Served = { kind: "served" };

/** @param because what does not run here, as a short sentence without a full stop */
export const servedExcept = (because: string, includes: Includes): Served => ({
  kind: "served",
  except: { because, includes },
});

/** @param because why a caller could not tell, as the end of a sentence: "tags are for the bill" */
export const withoutEffect = (because: string): WithoutEffect => ({ kind: "without effect", because });

const ASKS_FOR_NOTHING: readonly unknown[] = [false, ""];

/**
 * @param because what does not run here, as a short sentence without a full stop
 * @param options `unless`: the values that ask for nothing, `false` and the empty text unless told; `guards`: whether it decides
 * who is let in. A type whose inputs guard has to refuse in `declare` what they guard.
 */
export const notServed = (
  because: string,
  { unless = ASKS_FOR_NOTHING, guards = false }: { unless?: readonly unknown[]; guards?: boolean } = {},
): NotServed => ({ kind: "not served", because, unless, guards });

/** An input that a program set and that is not served. */
export interface UnservedInput {
  /** With a path into objects: `lambdaConfig.kmsKeyId`, `schemas.developerOnlyAttribute` */
  property: string;
  reason: string;
  guards: boolean;
}

/** Inputs that another release of the provider has, or that the program invented. */
const UNKNOWN: NotServed = notServed("this release of the local cloud does not know the property");

/** @returns each input that is set and not served, once, in the order of the contract */
export function unservedInputs(contract: AnyContract, inputs: Values): UnservedInput[] {
  const found = new Map<string, UnservedInput>();
  collect(contract, inputs, "", found);
  return [...found.values()];
}

function collect(contract: AnyContract, inputs: Values, path: string, found: Map<string, UnservedInput>): void {
  for (const [name, value] of Object.entries(inputs)) {
    // The provider's own book-keeping, such as `__defaults`.
    if (name.startsWith("__")) continue;
    const treatment = Object.hasOwn(contract, name) ? contract[name]! : UNKNOWN;
    const property = path + name;
    if ("parts" in treatment) {
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item !== null && typeof item === "object") collect(treatment.parts, item, `${property}.`, found);
      }
    } else if (treatment.kind === "not served" && asksForSomething(value, treatment)) {
      found.set(property, { property, reason: treatment.because, guards: treatment.guards });
    } else if (treatment.kind === "served" && treatment.except?.includes(value, inputs)) {
      found.set(property, { property, reason: treatment.except.because, guards: false });
    }
  }
}

/** @returns what an input's value holds that is served, with paths as in {@link UnservedInput}; what no contract names counts too */
export function servedParts(
  treatment: AnyContract[string] | undefined,
  value: unknown,
  path: string,
): [string, unknown][] {
  if (!treatment || !("parts" in treatment)) {
    return treatment === undefined || treatment.kind === "served" ? [[path, value]] : [];
  }
  const { parts } = treatment;
  return (Array.isArray(value) ? value : [value]).flatMap((item) =>
    item !== null && typeof item === "object"
      ? Object.entries(item).flatMap(([name, part]) => servedParts(parts[name], part, `${path}.${name}`))
      : [[path, item] as [string, unknown]],
  );
}

/** @param names an input's, and those of its parts on the way to a value */
export function isServed(contract: AnyContract, [name = "", ...rest]: string[]): boolean {
  const treatment = Object.hasOwn(contract, name) ? contract[name] : undefined;
  if (treatment && "parts" in treatment) return rest.length === 0 || isServed(treatment.parts, rest);
  return treatment === undefined || treatment.kind === "served";
}

function asksForSomething(value: unknown, { unless }: NotServed): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "object" && Object.keys(value).length === 0) return false;
  return Array.isArray(value) ? value.some((item) => !unless.includes(item)) : !unless.includes(value);
}
