/**
 * Kinds of settings. Pulumi hands every value over as text, lists and objects as JSON; a schema makes of it what the program
 * takes. Its messages are what follows the key in a sentence: `is "yes"; use one of true, false`.
 */
import { z } from "zod";
import type { FaultOf } from "../addresses.ts";

export interface Kind<T> {
  /** As `config:` in Pulumi.yaml names it. */
  type: "string" | "integer" | "boolean" | "array" | "object";
  schema: z.ZodType<T, string>;
  /** What may be given, for the documents. */
  range: string;
}

const kind = <T>(type: Kind<T>["type"], schema: z.ZodType<T, string>, range = ""): Kind<T> => ({
  type,
  schema,
  range,
});

/** A text that keeps to a rule. @param verb whether the value is it, or has it among others */
const fitting = (faultOf: FaultOf, verb: "is" | "has" = "is") =>
  z.string().superRefine((value, context) => {
    const fault = faultOf(value);
    if (fault !== undefined) context.addIssue(`${verb} ${JSON.stringify(value)}${fault}`);
  });

/** A rule of the common form. @param hint how to fix what does not fit */
export const rule =
  (fits: (value: string) => boolean, hint: string): FaultOf =>
  (value) =>
    fits(value) ? undefined : `; ${hint}`;

export const text = (faultOf: FaultOf = () => undefined) => kind("string", fitting(faultOf));

export const matching = (pattern: RegExp, hint: string) => text(rule((value) => pattern.test(value), hint));

const choice = (choices: readonly string[], hint = "use one of") =>
  fitting(rule((value) => choices.includes(value), `${hint} ${choices.join(", ")}`));

const inCode = (choices: readonly string[]) => choices.map((one) => `\`${one}\``).join(", ");

export const oneOf = <const T extends string>(...choices: T[]): Kind<T> =>
  kind("string", choice(choices) as unknown as z.ZodType<T, string>, inCode(choices));

const states = ["true", "false"];
export const flag = kind(
  "boolean",
  choice(states).transform((value) => value === "true"),
  inCode(states),
);

/** A number of a list that a service knows. */
export const among = (numbers: readonly number[], hint: string) =>
  kind("integer", choice(numbers.map(String), hint).transform(Number));

export const whole = (min: number, max: number, unit: string) => {
  const fits = (value: string) => /^-?\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
  const schema = fitting(rule(fits, `give a whole number of ${unit} from ${min} to ${max}`)).transform(Number);
  return kind("integer", schema, `${min} to ${max}`);
};

const json = <T>(shape: string, schema: z.ZodType<T, unknown>): z.ZodType<T, string> =>
  z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue(`is not ${shape}; write it as indented YAML, or as JSON`);
        return z.NEVER;
      }
    })
    .pipe(schema);

const notTexts = 'is not a list of texts; write it as a YAML list, one "- item" a line';

/** A YAML list of texts or numbers, each to a rule. @param empty how to fix an empty one, where it may not be */
export const list = (faultOf: FaultOf, empty?: string) => {
  const item = z.union([z.string(), z.number()], notTexts).transform(String).pipe(fitting(faultOf, "has"));
  const items = z.array(item, notTexts);
  return kind("array", json("a list", empty ? items.min(1, `is empty; ${empty}, or remove the line`) : items));
};

const notRecord = 'is not an object of texts; write it as indented "name: value" lines';
export const record = kind("object", json("an object", z.record(z.string(), z.string(notRecord), notRecord)));

/** A YAML object of texts with the entries of `fields`. */
export const object = <Shape extends z.core.$ZodLooseShape>(fields: Shape) => {
  const known = Object.keys(fields).join(", ");
  const error = (issue: { code?: string; keys?: string[] }) =>
    issue.code === "unrecognized_keys"
      ? `has the unknown entry ${issue.keys?.join(", ")}; it may have ${known}`
      : notRecord;
  return kind("object", json("an object", z.strictObject(fields, { error: error as z.core.$ZodErrorMap })));
};

/** A text entry of an object. @param needs what the object needs when the entry is not there or does not fit */
export const entry = (pattern: RegExp, needs: string) => z.string(`needs ${needs}`).regex(pattern, `needs ${needs}`);

/** A text entry that may be left out. */
export const maybe = (name: string, pattern: RegExp, hint: string) =>
  z
    .string(notRecord)
    .regex(pattern, { error: ({ input }) => `has the ${name} ${JSON.stringify(input)}; ${hint}` })
    .optional();
