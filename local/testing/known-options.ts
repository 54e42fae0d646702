/** Options that a test gives: one that is misspelt would mean something else in silence, and not every test is type-checked. */
import { CloudError } from "./cloud-error.ts";
import type { CloudOptions, RunOptions, UserOptions } from "./types.ts";

type Kind = "text" | "texts" | "switch" | "port" | "mapping" | "function" | "anything";

type Kinds<Options> = Record<keyof Options, Kind>;

export const CLOUD_OPTIONS: Kinds<CloudOptions> = {
  project: "text",
  stack: "text",
  environment: "mapping",
  port: "port",
  https: "switch",
  inProcess: "switch",
  log: "function",
  signal: "anything",
};

export const USER_OPTIONS: Kinds<UserOptions> = {
  email: "text",
  username: "text",
  groups: "texts",
  attributes: "mapping",
  identity: "mapping",
  password: "text",
  client: "text",
  scopes: "texts",
};

export const RUN_OPTIONS: Kinds<RunOptions> = { source: "text", event: "anything" };

const isText = (value: unknown) => typeof value === "string";

const CHECKS: Record<Kind, { fits: (value: unknown) => boolean; words: string }> = {
  text: { fits: isText, words: "a text" },
  texts: { fits: (value) => Array.isArray(value) && value.every(isText), words: "a list of texts" },
  switch: { fits: (value) => typeof value === "boolean", words: "true or false" },
  port: {
    fits: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_000,
    words: "a port, from 0 to 65000",
  },
  mapping: {
    fits: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    words: "an object",
  },
  function: { fits: (value) => typeof value === "function", words: "a function" },
  anything: { fits: () => true, words: "" },
};

/**
 * @param what the function that they are given to
 * @throws CloudError for one that it does not have, or of another kind
 */
export function checkOptions(what: string, kinds: Record<string, Kind>, given: object): void {
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined)
      throw new CloudError(
        "option_unknown",
        `${what} has no option ${JSON.stringify(name)}.`,
        `It has ${Object.keys(kinds).join(", ")}.`,
      );
    if (value !== undefined && !CHECKS[kind].fits(value))
      throw new CloudError("option_invalid", `${what}: ${name} is not ${CHECKS[kind].words}.`);
  }
}
