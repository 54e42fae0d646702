/**
 * Kinds of settings. Pulumi hands every value over as text, lists and objects as JSON; a schema makes of it what the program
 * takes. Its messages are what follows the key in a sentence: `is "yes"; use one of true, false`.
 */
import { z } from "zod";

export interface Kind<T> {
  /** As `config:` in Pulumi.yaml names it. */
  type: "string" | "integer" | "boolean" | "array" | "object";
  schema: z.ZodType<T, unknown>;
  /** What may be given, for the documents. */
  range: string;
}

type Error = { error: (issue: { input?: unknown }) => string };
const is = (hint: string): Error => ({ error: ({ input }) => `is ${JSON.stringify(input)}; ${hint}` });
const has = (hint: string): Error => ({ error: ({ input }) => `has ${JSON.stringify(input)}; ${hint}` });

export const oneOf = <const T extends string>(...choices: T[]): Kind<T> => ({
  type: "string",
  schema: z.enum(choices, is(`use one of ${choices.join(", ")}`)) as unknown as z.ZodType<T, unknown>,
  range: choices.map((choice) => `\`${choice}\``).join(", "),
});

export const flag: Kind<boolean> = {
  type: "boolean",
  schema: z.enum(["true", "false"], is("use one of true, false")).transform((text) => text === "true"),
  range: "`true`, `false`",
};

export const text = (pattern = /^/, hint = "", range = ""): Kind<string> => ({
  type: "string",
  schema: z.string().regex(pattern, is(hint)),
  range,
});

export const whole = (min: number, max: number, unit: string): Kind<number> => ({
  type: "integer",
  schema: z
    .string()
    .refine(
      (value) => /^-?\d+$/.test(value) && Number(value) >= min && Number(value) <= max,
      is(`give a whole number of ${unit} from ${min} to ${max}`),
    )
    .transform(Number),
  range: `${min} to ${max}`,
});

/** A number of a list that a service knows. */
export const among = (numbers: readonly number[], hint: string): Kind<number> => ({
  type: "integer",
  schema: z.enum(numbers.map(String), is(`${hint} ${numbers.join(", ")}`)).transform(Number),
  range: "",
});

const json = <T>(shape: string, schema: z.ZodType<T, unknown>): z.ZodType<T, unknown> =>
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

/** A YAML list of texts or numbers, each as `fits` wants it. */
export const list = (fits: (item: string) => boolean, hint: string, empty?: string): Kind<string[]> => {
  const item = z.union([z.string(), z.number()], notTexts).transform(String).refine(fits, has(hint));
  const items = z.array(item, notTexts);
  return { type: "array", schema: json("a list", empty ? items.min(1, `is empty; ${empty}`) : items), range: "" };
};

/** A YAML list of addresses that Cognito may redirect to. */
export const urls: Kind<string[]> = {
  type: "array",
  schema: json(
    "a list",
    z
      .array(
        z.string(notTexts).superRefine((url, context) => {
          const reason = redirectFault(url);
          if (reason) context.addIssue(`has ${JSON.stringify(url)}, ${reason}`);
        }),
        notTexts,
      )
      .min(1, "is empty; give at least one URL, or remove the line"),
  ),
  range: "",
};

const notRecord = 'is not an object of texts; write it as indented "name: value" lines';
export const record: Kind<Record<string, string>> = {
  type: "object",
  schema: json("an object", z.record(z.string(), z.string(notRecord), notRecord)),
  range: "",
};

/** A YAML object of texts with the entries of `fields`. */
export const object = <Shape extends z.core.$ZodLooseShape>(fields: Shape) => {
  const shape = z.strictObject(fields, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has the unknown entry ${issue.keys.join(", ")}; it may have ${Object.keys(fields).join(", ")}`
        : notRecord,
  });
  const kind: Kind<z.output<typeof shape>> = { type: "object", schema: json("an object", shape), range: "" };
  return kind;
};

/** A text entry of an object. @param needs what the object needs when the entry is not there or does not fit */
export const entry = (pattern: RegExp, needs: string) => z.string(`needs ${needs}`).regex(pattern, `needs ${needs}`);

/** A text entry that may be left out. */
export const maybe = (name: string, pattern: RegExp, hint: string) =>
  z
    .string(notRecord)
    .regex(pattern, { error: ({ input }) => `has the ${name} ${JSON.stringify(input)}; ${hint}` })
    .optional();

/**
 * The rule of Cognito's `CallbackURLs`: absolute, no fragment, `https` except on the loopback hosts `localhost`,
 * `127.0.0.1` and `[::1]`. Custom schemes, which Cognito also takes, are left out: any app on a device can claim one.
 * @returns what is wrong and how to fix it
 */
export function redirectFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return "which is not an absolute URL; write it as https://host/path";
  if (text.includes("#")) return "which has a fragment; remove the # and what follows";
  if (url.username || url.password) return "which carries a user name; remove it";
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback)) return undefined;
  return "which is neither https nor http on localhost, 127.0.0.1 or [::1]; use one of these";
}
