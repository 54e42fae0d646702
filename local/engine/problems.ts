/** What can go wrong before a program stands: each with a stable code, a sentence for the person and the fix. */
import { stripVTControlCharacters } from "node:util";
import { ownFrames } from "./own-frames.ts";

/** The project on disk cannot be run as it is. */
export class ProjectError extends Error {
  readonly code: string;
  readonly next: string;

  constructor(code: string, message: string, next: string) {
    super(message);
    this.name = "ProjectError";
    this.code = code;
    this.next = next;
  }
}

/** One message of the program's, as the Pulumi engine keeps it. */
export interface Diagnostic {
  severity: "debug" | "info" | "warning" | "error";
  message: string;
  /** The resource it is about; empty for the stack. */
  urn: string;
}

/** A value of a stack's configuration that a program asks for and does not get. */
export interface MissingValue {
  /** With its namespace, `app:domain` */
  key: string;
  /** Whether it asks for it as a secret. */
  secret: boolean;
}

/** The program ran and failed: it threw, an invoke was refused, or a resource could not be made. */
export class ProgramError extends Error {
  readonly code = "program_failed";
  readonly diagnostics: Diagnostic[];
  readonly next: string;
  /** What it stopped for the lack of. */
  readonly missing: readonly MissingValue[];
  readonly #of: { project: string; stack: string; refused: boolean };

  /** @param how `refused`: whether something was refused here that `pulumi preview` would not refuse; `missing`: all, when more is known than what the program says */
  constructor(
    project: string,
    stack: string,
    diagnostics: Diagnostic[],
    how: { refused: boolean; missing?: readonly MissingValue[] },
  ) {
    super(describe(project, stack, diagnostics));
    this.name = "ProgramError";
    const text = textOf(diagnostics);
    const missing = how.missing ?? missingIn(text);
    const secrets = new Set(missing.flatMap(({ key, secret }) => (secret ? [key] : [])));
    const keys = missing.map(({ key }) => key);
    const give = keys.length > 0 ? giveConfig(keys, stack, secrets) : undefined;
    this.next = how.refused
      ? "Fix what is named above."
      : (give ?? missingPackage(text) ?? "Fix the program; `npx pulumi preview` would report the same.");
    this.diagnostics = diagnostics;
    this.missing = how.refused ? [] : missing;
    this.#of = { project, stack, refused: how.refused };
  }

  /** @returns the same with all that is missing, where the program itself says the first only */
  withMissing(missing: readonly MissingValue[]): ProgramError {
    const { project, stack, refused } = this.#of;
    const others = missing.slice(1).map(({ key }) => `'${key}'`);
    const message = `It goes on to ask for ${others.join(", ")}. That was found by giving it made-up values; where one of them decides, it may ask for more.`;
    const diagnostics = [...this.diagnostics, { severity: "info" as const, message, urn: "" }];
    return new ProgramError(project, stack, diagnostics, { refused, missing });
  }
}

/** What the program asked for and the stack does not have, in the words of Pulumi's SDK. */
function missingIn(text: string): MissingValue[] {
  // The words of `aws.config.requireRegion()`.
  if (text.includes("No AWS region has been configured")) return [{ key: "aws:region", secret: false }];
  const [, key, secret] =
    /Missing required configuration variable '([^']+)'(?:\n\tplease set a value using the command `pulumi config set( --secret) )?/.exec(
      text,
    ) ?? [];
  return key === undefined ? [] : [{ key, secret: secret !== undefined }];
}

/** What to do where Node found no package of a name that the program imports. */
function missingPackage(text: string): string | undefined {
  const [, name] = /Cannot find (?:module|package) '((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(?:\/[^']*)?'/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return `Run \`npm install\`, or where package.json does not name ${name} yet, \`npm install ${name}\`.`;
}

const textOf = (diagnostics: Diagnostic[]): string =>
  diagnostics.map(({ message }) => stripVTControlCharacters(message)).join("\n");

/**
 * How to give a stack's configuration the values that it lacks: for every deployment, or for this machine alone.
 * @param keys with their namespace, `app:domain`
 * @param secrets those of them that are kept encrypted
 */
export function giveConfig(keys: readonly string[], stack: string, secrets: ReadonlySet<string>): string {
  const option = (key: string) => (secrets.has(key) ? "--secret " : "");
  const commands = keys.map((key) => `npx pulumi config set ${option(key)}${key} <value> --stack ${stack}`);
  return `Run \`${commands.join(" && ")}\`, or ${writeValues(keys)}`;
}

/** How to give values of a stack's configuration to this machine alone, as the rest of a sentence that ends with lines to paste. */
export function writeValues(keys: readonly string[]): string {
  const values = keys.map((key) => `${JSON.stringify(key)}: <value>`);
  return `write in demo-auth.local.yaml for this machine alone: config: { ${values.join(", ")} }`;
}

/** The way `pulumi up` prints diagnostics: by resource, each message under its severity. */
function describe(project: string, stack: string, diagnostics: Diagnostic[]): string {
  const byResource = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const title = titleOf(diagnostic.urn) ?? `pulumi:pulumi:Stack (${project}-${stack})`;
    byResource.set(title, [...(byResource.get(title) ?? []), diagnostic]);
  }
  const lines = ["Diagnostics:"];
  for (const [title, messages] of byResource) {
    lines.push(`  ${title}:`);
    for (const { severity, message } of messages) {
      // Node colours the errors that Pulumi shows; what reads this may be a script.
      lines.push(
        ...ownFrames(stripVTControlCharacters(`${severity}: ${message.trimEnd()}`))
          .split("\n")
          .map((line) => `    ${line}`),
      );
    }
  }
  return lines.join("\n");
}

/** `urn:pulumi:dev::app::aws:lambda/function:Function::hello` → `aws:lambda:Function (hello)` */
function titleOf(urn: string): string | undefined {
  const [, , types, name] = urn.split("::");
  if (!types || !name) return undefined;
  const type = types.slice(types.lastIndexOf("$") + 1);
  return `${type.replace(/^(\w+):(\w+)\/\w+:(\w+)$/, "$1:$2:$3")} (${name})`;
}
