/** The pure functions of `@pulumi/std` that Node computes alike (https://www.pulumi.com/registry/packages/std/). */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { FunctionNotComputed } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { list, map, text } from "../resource-type.ts";

const of = (value: unknown): string => text(value) ?? "";
const digest = (algorithm: string, encoding: "hex" | "base64") => (args: Values) =>
  createHash(algorithm).update(of(args.input)).digest(encoding);
const numbers = ({ input }: Values): number[] => list<unknown>(input).map(Number);
/** A text's own characters, for use inside a character class. */
const characters = (cutset: unknown): string => of(cutset).replace(/[\\\]^-]/g, "\\$&");

const COMPUTED: Record<string, (args: Values) => unknown> = {
  base64encode: ({ input }) => Buffer.from(of(input)).toString("base64"),
  base64decode: ({ input }) => Buffer.from(of(input), "base64").toString(),
  base64sha256: digest("sha256", "base64"),
  base64sha512: digest("sha512", "base64"),
  md5: digest("md5", "hex"),
  sha1: digest("sha1", "hex"),
  sha256: digest("sha256", "hex"),
  sha512: digest("sha512", "hex"),
  upper: ({ input }) => of(input).toUpperCase(),
  lower: ({ input }) => of(input).toLowerCase(),
  trimspace: ({ input }) => of(input).trim(),
  trim: ({ input, cutset }) =>
    of(input).replace(new RegExp(`^[${characters(cutset)}]+|[${characters(cutset)}]+$`, "g"), ""),
  trimprefix: ({ input, prefix }) => (of(input).startsWith(of(prefix)) ? of(input).slice(of(prefix).length) : input),
  trimsuffix: ({ input, suffix }) =>
    of(suffix) !== "" && of(input).endsWith(of(suffix)) ? of(input).slice(0, -of(suffix).length) : input,
  replace({ text: whole, search, replace }) {
    // Between slashes it is an expression of RE2, which JavaScript's are not.
    if (/^\/.+\/$/.test(of(search))) throw new FunctionNotComputed(`std:index:replace is not computed for ${search}.`);
    return of(whole).replaceAll(of(search), () => of(replace));
  },
  chomp: ({ input }) => of(input).replace(/[\r\n]+$/, ""),
  join: ({ separator, input }) => list(input).join(of(separator)),
  split: ({ separator, text: whole }) => of(whole).split(of(separator)),
  startswith: ({ input, prefix }) => of(input).startsWith(of(prefix)),
  endswith: ({ input, suffix }) => of(input).endsWith(of(suffix)),
  strrev: ({ input }) => [...of(input)].reverse().join(""),
  // Also what a browser leaves as it is; a space is a plus sign.
  urlencode: ({ input }) =>
    encodeURIComponent(of(input))
      .replace(/[!'()*]/g, (letter) => `%${letter.codePointAt(0)!.toString(16).toUpperCase()}`)
      .replaceAll("%20", "+"),
  sort: ({ input }) => list(input).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  reverse: ({ input }) => list(input).toReversed(),
  distinct: ({ input }) => [...new Map(list(input).map((item) => [JSON.stringify(item), item])).values()],
  compact: ({ input }) => list<unknown>(input).filter((item) => item !== null && item !== ""),
  concat: ({ input }) => list<unknown[]>(input).flat(),
  flatten: ({ input }) => list<unknown>(input).flat(Number.POSITIVE_INFINITY),
  contains: ({ input, element }) =>
    list<unknown>(input).some((item) => JSON.stringify(item) === JSON.stringify(element)),
  keys: ({ input }) => Object.keys(map(input)).sort(),
  merge: ({ input }) => Object.assign({}, ...list<Values>(input)),
  max: (args) => Math.max(...numbers(args)),
  min: (args) => Math.min(...numbers(args)),
  sum: (args) => numbers(args).reduce((total, each) => total + each, 0),
  abs: ({ input }) => Math.abs(Number(input)),
  ceil: ({ input }) => Math.ceil(Number(input)),
  floor: ({ input }) => Math.floor(Number(input)),
  basename: ({ input }) => posix.basename(of(input)),
  dirname: ({ input }) => posix.dirname(of(input)),
};

/** By token. Each answers with `result` alone, as the provider's do. */
export const STD_FUNCTIONS: Record<string, (args: Values) => Values> = Object.fromEntries(
  Object.entries(COMPUTED).map(([name, compute]) => [
    `std:index:${name}`,
    (args: Values) => ({ result: compute(args) }),
  ]),
);
