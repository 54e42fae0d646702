/** `demo-auth.local.yaml`, beside `Pulumi.yaml`: values for this machine that only a real account or backend knows. */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { ProjectError } from "./problems.ts";
import type { Values } from "./values.ts";
import { readYaml, type Yaml } from "./yaml-file.ts";

export const LOCAL_VALUES_FILE = "demo-auth.local.yaml";

export interface LocalValues {
  /** Config values by key, in the place of the stack's; those of secrets that cannot be read here, above all. */
  config: Record<string, unknown>;
  /** Outputs of other stacks by name, `organization/project/stack`, `project/stack` or `stack`. */
  stacks: Record<string, { outputs: Record<string, unknown> }>;
  /** Plugins that may run because the person knows what they do. */
  plugins: string[];
  /** Outputs of resources, by logical name. */
  outputs: Record<string, Values>;
  /** Results of provider functions, by token and then by the argument that says what is looked up. */
  lookups: Record<string, Record<string, Values>>;
  /** Code of Lambda functions, by logical name: the path of a folder or zip file. */
  functions: Record<string, string>;
}

export const NO_LOCAL_VALUES: LocalValues = {
  config: {},
  stacks: {},
  plugins: [],
  outputs: {},
  lookups: {},
  functions: {},
};

/** @throws ProjectError when the file is there and is not of this shape */
export function readLocalValues(directory: string): LocalValues {
  const file = join(directory, LOCAL_VALUES_FILE);
  const content = existsSync(file) ? readYaml(file) : {};
  const wrong = (what: string) =>
    new ProjectError(
      "local_values_invalid",
      `${file}: ${what}.`,
      "It may hold `config` (key: value), `stacks` (name: { outputs: { name: value } }), `plugins` (a list of names), `outputs` (resource: { name: value }), `lookups` (function: { what: { name: value } }) and `functions` (name: path of a folder or zip file).",
    );
  const mapping = (value: unknown, what: string): Yaml => {
    if (value === undefined || value === null) return {};
    if (typeof value !== "object" || Array.isArray(value)) throw wrong(`${what} is not a mapping`);
    return value as Yaml;
  };
  const mappings = (value: unknown, what: string): Yaml => {
    const whole = mapping(value, what);
    for (const [name, inner] of Object.entries(whole)) mapping(inner ?? "nothing", `${what}.${name}`);
    return whole;
  };
  const { config, stacks, plugins = [], outputs, lookups, functions, ...others } = content;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong(`${unknown} is not known`);
  if (!Array.isArray(plugins) || plugins.some((plugin) => typeof plugin !== "string"))
    throw wrong("plugins is not a list of names");
  return {
    config: mapping(config, "config"),
    stacks: Object.fromEntries(
      Object.entries(mapping(stacks, "stacks")).map(([name, stack]) => [
        name,
        { outputs: mapping(mapping(stack, `stacks.${name}`).outputs, `stacks.${name}.outputs`) },
      ]),
    ),
    plugins,
    outputs: mappings(outputs, "outputs") as LocalValues["outputs"],
    lookups: mappings(lookups, "lookups") as LocalValues["lookups"],
    functions: Object.fromEntries(
      Object.entries(mapping(functions, "functions")).map(([name, path]) => {
        if (typeof path !== "string" || path === "")
          throw wrong(`functions.${name} is not the path of a folder or zip file`);
        return [name, resolve(directory, path)];
      }),
    ),
  };
}

/**
 * Says in which form outputs of other stacks are to be written, and begins the file with them when there is none.
 * @param wanted names of outputs by stack
 * @returns the next step for the person
 */
export function askForOutputs(directory: string, wanted: Map<string, string[]>): string {
  const file = join(directory, LOCAL_VALUES_FILE);
  const skeleton = stringify({
    stacks: Object.fromEntries(
      [...wanted].map(([stack, outputs]) => [
        stack,
        { outputs: Object.fromEntries(outputs.map((output) => [output, null])) },
      ]),
    ),
  }).trimEnd();
  try {
    // Never over a file that somebody wrote.
    writeFileSync(
      file,
      `# Values for \`demo-auth local\` alone: \`pulumi up\` does not read this file.\n# Fill in what the program is to see; take out what the stack does not have.\n${skeleton}\n`,
      { flag: "wx" },
    );
    return `Fill in their values in ${file}, which has been written with their names, or start that stack's own local cloud once, without --ephemeral.`;
  } catch {
    return `Start that stack's own local cloud once, or write values into ${file}:\n${skeleton}`;
  }
}
