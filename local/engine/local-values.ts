/** `demo-auth.local.yaml`, beside `Pulumi.yaml`: values for this machine that only a real account or backend knows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ProjectError } from "./problems.ts";
import type { Values } from "./values.ts";

export const LOCAL_VALUES_FILE = "demo-auth.local.yaml";

export interface LocalValues {
  /** Outputs of resources, by logical name. */
  outputs: Record<string, Values>;
  /** Results of provider functions, by token and then by the argument that says what is looked up. */
  lookups: Record<string, Record<string, Values>>;
}

export const NO_LOCAL_VALUES: LocalValues = { outputs: {}, lookups: {} };

/**
 * @param directory where `Pulumi.yaml` lies
 * @throws ProjectError when the file is there and cannot be read
 */
export function readLocalValues(directory: string): LocalValues {
  const file = join(directory, LOCAL_VALUES_FILE);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return NO_LOCAL_VALUES;
    throw unreadable(file, error as Error);
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw unreadable(file, error as Error);
  }
  const { outputs, lookups } = (content ?? {}) as Record<string, unknown>;
  return {
    outputs: mapping(outputs, file, "outputs") as LocalValues["outputs"],
    lookups: mapping(lookups, file, "lookups") as LocalValues["lookups"],
  };
}

function mapping(value: unknown, file: string, key: string): object {
  if (value === undefined || value === null) return {};
  const whole =
    typeof value === "object" && Object.values(value).every((inner) => inner !== null && typeof inner === "object");
  if (whole && !Array.isArray(value)) return value;
  throw new ProjectError(
    "local_values_invalid",
    `${key} in ${file} is not a mapping of names to mappings.`,
    `Write, for example: ${key}: { "my-resource": { endpoint: "…" } }`,
  );
}

const unreadable = (file: string, error: Error): ProjectError =>
  new ProjectError("local_values_invalid", `${file} cannot be read: ${error.message.split("\n")[0]}`, "Fix its YAML.");
