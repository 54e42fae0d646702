/**
 * A stack's configuration: what Pulumi.yaml declares, over it what `Pulumi.<stack>.yaml` says, over it what
 * `demo-auth.local.yaml` says (https://www.pulumi.com/docs/iac/concepts/config/).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { LocalValues } from "./local-values.ts";
import { closed, decryptSecret, opensWithPassphrase } from "./passphrase.ts";
import { giveConfig, ProjectError } from "./problems.ts";
import { readYaml, type Yaml } from "./yaml-file.ts";

interface ConfigSources {
  /** Where Pulumi.yaml lies. */
  root: string;
  /** The project's. */
  name: string;
  stack: string;
  /** The content of Pulumi.yaml. */
  project: Yaml;
  environment: Record<string, string | undefined>;
  local: LocalValues;
}

interface StackConfig {
  /** `namespace:key` → text; objects as JSON text. */
  config: Record<string, string>;
  secretKeys: string[];
  /** Keys of secrets that cannot be read here, for which something else stands. */
  standIns: string[];
  /** What the stack's file says and nobody reads, a sentence each. */
  configWarnings: string[];
}

/** @throws ProjectError when a value is missing or cannot be read, with the fix */
export function readConfig({ root, name, stack, project, environment, local }: ConfigSources): StackConfig {
  const config: Record<string, string> = {};
  const secretKeys = new Set<string>();
  const standIns: string[] = [];
  const sealed: string[] = [];
  const required: string[] = [];
  const full = (key: string) => (key.includes(":") ? key : `${name}:${key}`);

  for (const [key, declared] of Object.entries(typeof project.config === "object" ? (project.config as Yaml) : {})) {
    // A value by itself is the default of a key of the project's own, and the value of another's.
    const {
      value,
      default: preset,
      secret,
    } = declared !== null && typeof declared === "object" && !Array.isArray(declared)
      ? (declared as Yaml)
      : { value: declared, default: undefined, secret: false };
    const known = value ?? preset;
    if (known !== undefined && known !== null) config[full(key)] = asText(known);
    else required.push(full(key));
    if (secret === true) secretKeys.add(full(key));
  }

  const made = Object.fromEntries(Object.entries(local.config).map(([key, value]) => [full(key), value]));
  const { file, content } = readStackFile(root, stack, project);
  for (const [key, value] of Object.entries((content.config ?? {}) as Yaml)) {
    const fullKey = full(key);
    if (!containsSecure(value)) {
      config[fullKey] = asText(value);
      continue;
    }
    secretKeys.add(fullKey);
    if (fullKey in made) continue;
    const { encryptionsalt } = content;
    const salt = opensWithPassphrase(encryptionsalt) ? encryptionsalt : undefined;
    if (salt === undefined) standIns.push(fullKey);
    const passphrase = salt === undefined ? "" : passphraseOf(environment);
    if (passphrase === undefined) {
      sealed.push(fullKey);
      continue;
    }
    config[fullKey] = asText(
      opened(value, (secure, path) =>
        salt === undefined
          ? `stand-in-for-${path === "" ? key : path.slice(1)}`
          : decryptSecret(secure, salt, passphrase, { file, key: fullKey }),
      ),
    );
  }
  if (sealed.length > 0) throw closed(file, sealed);
  for (const [key, value] of Object.entries(made)) config[key] = asText(value);

  const missing = required.filter((key) => !(key in config));
  if (missing.length > 0) {
    throw new ProjectError(
      "config_missing",
      `Stack '${stack}' is missing configuration value${missing.length > 1 ? "s" : ""} ${missing.map((key) => `'${key}'`).join(", ")}.`,
      giveConfig(missing, stack, secretKeys),
    );
  }
  return {
    config,
    secretKeys: [...secretKeys].filter((key) => key in config),
    standIns,
    configWarnings: warningsOf(basename(file), content, name),
  };
}

function passphraseOf({
  PULUMI_CONFIG_PASSPHRASE: text,
  PULUMI_CONFIG_PASSPHRASE_FILE: file,
}: ConfigSources["environment"]) {
  if (text !== undefined || !file) return text;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ProjectError(
      "config_secret",
      `PULUMI_CONFIG_PASSPHRASE_FILE cannot be read: ${(error as Error).message}`,
      "Name a file that holds the passphrase, or set PULUMI_CONFIG_PASSPHRASE.",
    );
  }
}

function readStackFile(root: string, stack: string, project: Yaml): { file: string; content: Yaml } {
  // `config: folder` is the older spelling of `stackConfigDir`.
  const folder = [project.stackConfigDir, project.config].find((name) => typeof name === "string");
  const directory = resolve(root, (folder as string | undefined) ?? ".");
  const file = join(directory, `Pulumi.${stack}.yaml`);
  if (existsSync(file)) {
    const content = readYaml(file);
    const { config } = content;
    if (config !== undefined && config !== null && (typeof config !== "object" || Array.isArray(config))) {
      throw new ProjectError(
        "project_invalid",
        `${file}: config is not a mapping.`,
        "Write `config:`, and below it one `  key: value` line for each setting.",
      );
    }
    return { file, content };
  }
  const stacks = existsSync(directory)
    ? readdirSync(directory).flatMap((entry) => /^Pulumi\.([^.]+)\.yaml$/.exec(entry)?.[1] ?? [])
    : [];
  // A project without any stack file has no config to read: that is a stack nobody has configured yet.
  if (stacks.length === 0) return { file, content: {} };
  throw new ProjectError(
    "stack_missing",
    `There is no Pulumi.${stack}.yaml in ${directory}.`,
    `Name one of its stacks with --stack: ${stacks.join(", ")}.`,
  );
}

/** What Pulumi reads of a stack's file; it passes over everything else in silence. */
const STACK_FILE_KEYS = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

function warningsOf(file: string, content: Yaml, project: string): string[] {
  const warnings: string[] = [];
  const unread = Object.keys(content).filter((key) => !STACK_FILE_KEYS.includes(key));
  if (unread.length > 0) {
    warnings.push(
      `${file} has ${unread.join(", ")} at its top level, which Pulumi does not read. Settings belong below \`config:\`, indented.`,
    );
  }
  const { environment } = content;
  if (environment !== undefined && environment !== null && Object.keys(Object(environment)).length > 0) {
    warnings.push(
      `${file} imports environments of Pulumi ESC, which are not opened here. ` +
        `What they set is given in demo-auth.local.yaml: \`config: { ${project}:key: value }\`.`,
    );
  }
  return warnings;
}

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const isSecure = (value: unknown): value is { secure: string } =>
  value !== null &&
  typeof value === "object" &&
  typeof (value as Yaml).secure === "string" &&
  Object.keys(value).length === 1;

const containsSecure = (value: unknown): boolean =>
  isSecure(value) || (value !== null && typeof value === "object" && Object.values(value).some(containsSecure));

/** The value with each secret inside opened; the path of one begins with a dot. */
function opened(value: unknown, open: (secure: string, path: string) => string, path = ""): unknown {
  if (isSecure(value)) return open(value.secure, path);
  if (Array.isArray(value)) return value.map((item, index) => opened(item, open, `${path}.${index}`));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item, open, `${path}.${key}`)]));
}
