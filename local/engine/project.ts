/**
 * A Pulumi project as it lies on disk: `Pulumi.yaml` and the stack's `Pulumi.<stack>.yaml`, read as the Pulumi CLI reads
 * them (https://www.pulumi.com/docs/iac/concepts/projects/project-file/).
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { decryptSecret } from "./passphrase.ts";
import { ProjectError } from "./problems.ts";

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
  /** Extra arguments for Node, from `runtime.options.nodeargs`. */
  nodeArguments: string[];
  /** `namespace:key` → text; objects as JSON text. */
  config: Record<string, string>;
  secretKeys: string[];
}

type Yaml = Record<string, unknown>;

/**
 * Reads the project in `directory` for one stack.
 * @param environment for `PULUMI_CONFIG_PASSPHRASE`, when the stack's config holds secrets
 * @throws ProjectError when something is missing or unreadable, with the mend
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
      "Go to a Pulumi project, or name one with --project DIR.",
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
      `Create it, or mend \`main\` in ${file}.`,
    );
  }
  const isFolder = statSync(target).isDirectory();
  const { config, secretKeys } = readConfig(root, name, stack, project.config, environment);
  return {
    name,
    stack,
    directory: root,
    workingDirectory: isFolder ? target : dirname(target),
    entryPoint: isFolder ? "." : basename(target),
    typescript: runtime.typescript,
    nodeArguments: runtime.nodeArguments,
    config,
    secretKeys,
  };
}

function readRuntime(runtime: unknown, file: string): { typescript: boolean; nodeArguments: string[] } {
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
    nodeArguments: typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/).filter(Boolean) : [],
  };
}

function readConfig(
  root: string,
  project: string,
  stack: string,
  declared: unknown,
  environment: Record<string, string | undefined>,
) {
  const config: Record<string, string> = {};
  const secretKeys: string[] = [];
  const full = (key: string) => (key.includes(":") ? key : `${project}:${key}`);

  // Project-wide values and defaults come first; the stack's own override them.
  for (const [key, value] of Object.entries((declared ?? {}) as Yaml)) {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      const preset = "value" in value ? value.value : "default" in value ? value.default : undefined;
      if (preset !== undefined) config[full(key)] = asText(preset);
    } else if (key.includes(":") && value !== null) {
      config[full(key)] = asText(value);
    }
  }

  const file = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    const stacks = readdirSync(root).flatMap((name) => /^Pulumi\.([^.]+)\.yaml$/.exec(name)?.[1] ?? []);
    // A project without any stack file has no config to read: that is a stack nobody has configured yet.
    if (stacks.length > 0) {
      throw new ProjectError(
        "stack_missing",
        `There is no Pulumi.${stack}.yaml in ${root}.`,
        `Name one of its stacks with --stack: ${stacks.join(", ")}.`,
      );
    }
    return { config, secretKeys };
  }
  const stackFile = readYaml(file);
  for (const [key, value] of Object.entries((stackFile.config ?? {}) as Yaml)) {
    const name = full(key);
    if (isSecure(value)) {
      config[name] = decryptSecret(value.secure, stackFile.encryptionsalt, environment.PULUMI_CONFIG_PASSPHRASE, {
        file,
        key,
      });
      secretKeys.push(name);
    } else {
      if (containsSecure(value)) {
        throw new ProjectError(
          "config_secret",
          `${file} holds a secret inside the object ${key}, which the local cloud cannot read.`,
          "Keep secrets under keys of their own.",
        );
      }
      config[name] = asText(value);
    }
  }
  return { config, secretKeys };
}

function readYaml(file: string): Yaml {
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    const [firstLine] = (error as Error).message.split("\n");
    throw new ProjectError("project_invalid", `${file} cannot be read: ${firstLine}`, "Mend its YAML.");
  }
  if (content === null) return {};
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new ProjectError("project_invalid", `${file} is not a YAML mapping.`, "Write `key: value` lines.");
  }
  return content as Yaml;
}

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const isSecure = (value: unknown): value is { secure: string } =>
  value !== null &&
  typeof value === "object" &&
  typeof (value as Yaml).secure === "string" &&
  Object.keys(value).length === 1;

const containsSecure = (value: unknown): boolean =>
  isSecure(value) || (value !== null && typeof value === "object" && Object.values(value).some(containsSecure));
