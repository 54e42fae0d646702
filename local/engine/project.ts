/**
 * A Pulumi project as it lies on disk: `Pulumi.yaml` and the stack's `Pulumi.<stack>.yaml`, read as the Pulumi CLI reads
 * them (https://www.pulumi.com/docs/iac/concepts/projects/project-file/).
 */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { split } from "shlex";
import { type LocalValues, readLocalValues } from "./local-values.ts";
import { ProjectError } from "./problems.ts";
import { readConfig } from "./stack-config.ts";
import { readYaml, type Yaml } from "./yaml-file.ts";

export interface Project {
  name: string;
  stack: string;
  /** Where `Pulumi.yaml` lies. */
  directory: string;
  /** The working directory of the program and what it is to load there, as the Pulumi engine splits `main`. */
  workingDirectory: string;
  entryPoint: string;
  /** Whether the language host puts ts-node in front of the program (Pulumi's default) or Node loads it as it is. */
  typescript: boolean;
  /** `runtime.options.tsconfig`, relative to the working directory. */
  tsconfig: string | undefined;
  /** Extra arguments for Node, from `runtime.options.nodeargs`. */
  nodeArguments: string[];
  /** `namespace:key` → text; objects as JSON text. */
  config: Record<string, string>;
  secretKeys: string[];
  /** Keys of secrets that cannot be read here, for which something else stands. */
  standIns: string[];
  /** What the stack's file says and nobody reads, a sentence each. */
  configWarnings: string[];
  /** Where plugins of the project's own lie, by package. */
  plugins: Record<string, string>;
  local: LocalValues;
}

/**
 * Reads the project in `directory` for one stack.
 * @param environment for `PULUMI_CONFIG_PASSPHRASE`, when the stack's config holds secrets
 * @throws ProjectError when something is missing or unreadable, with the fix
 */
export function readProject(
  directory: string,
  stack: string,
  environment: Record<string, string | undefined>,
): Project {
  const root = resolve(directory);
  const file = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(root, name)).find(existsSync);
  if (!file) {
    throw new ProjectError(
      "project_missing",
      `There is no Pulumi.yaml in ${root}.`,
      "Go to a Pulumi project, name one with --project DIR, or write a new one: npx demo-auth init my-api",
    );
  }
  const project = readYaml(file);
  const name = project.name;
  if (typeof name !== "string" || name === "") {
    throw new ProjectError("project_invalid", `${file} has no \`name\`.`, "Add a line such as: name: my-project");
  }
  const runtime = readRuntime(project.runtime, file);
  const main = typeof project.main === "string" ? project.main : ".";
  const target = resolve(root, main);
  if (!existsSync(target)) {
    throw new ProjectError(
      "program_missing",
      `The program ${target} does not exist.`,
      `Create it, or fix \`main\` in ${file}.`,
    );
  }
  const isFolder = statSync(target).isDirectory();
  const local = readLocalValues(root);
  return {
    name,
    stack,
    directory: root,
    workingDirectory: isFolder ? target : dirname(target),
    entryPoint: isFolder ? "." : basename(target),
    ...runtime,
    ...readConfig({ root, name, stack, project, environment, local }),
    plugins: readPlugins(project, root),
    local,
  };
}

function readRuntime(runtime: unknown, file: string): Pick<Project, "typescript" | "tsconfig" | "nodeArguments"> {
  const name = typeof runtime === "string" ? runtime : (runtime as Yaml | undefined)?.name;
  if (name !== "nodejs") {
    throw new ProjectError(
      "runtime_unsupported",
      `${file} asks for the runtime ${JSON.stringify(name)}; the local cloud runs Node.js programs.`,
      "Use `runtime: nodejs`, or deploy this project with `pulumi up`.",
    );
  }
  const options = ((typeof runtime === "object" && (runtime as Yaml).options) || {}) as Yaml;
  return {
    typescript: options.typescript !== false,
    tsconfig: typeof options.tsconfig === "string" ? options.tsconfig : undefined,
    nodeArguments: typeof options.nodeargs === "string" ? splitArguments(options.nodeargs, file) : [],
  };
}

/** As a shell does, which is what Pulumi's language host does. */
function splitArguments(text: string, file: string): string[] {
  try {
    return split(text);
  } catch {
    throw new ProjectError(
      "project_invalid",
      `${file}: a quotation mark in \`nodeargs\` is never closed.`,
      "Close it, or put a backslash before it.",
    );
  }
}

/** https://www.pulumi.com/docs/iac/concepts/projects/project-file/#plugins-options and `packages` */
function readPlugins(project: Yaml, root: string): Record<string, string> {
  const paths: Record<string, string> = {};
  const providers = (project.plugins as Yaml | undefined)?.providers;
  for (const { name, path } of (Array.isArray(providers) ? providers : []) as Yaml[]) {
    if (typeof name === "string" && typeof path === "string") paths[name] = resolve(root, path);
  }
  for (const [name, source] of Object.entries((project.packages ?? {}) as Yaml)) {
    if (typeof source === "string" && /^\.{0,2}\//.test(source)) paths[name] = resolve(root, source);
  }
  return paths;
}
