/**
 * Outputs of other stacks, which `pulumi.StackReference` reads: made up in `demo-auth.local.yaml`, or those of that
 * stack's last local cloud on this machine. What neither knows stays unknown while the program runs, so that the start
 * can say which outputs it wants.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../folders.ts";
import type { ProviderNotes, ResourceGraph } from "./graph.ts";
import { askForOutputs, LOCAL_VALUES_FILE } from "./local-values.ts";
import { type Diagnostic, ProjectError } from "./problems.ts";
import type { Project } from "./project.ts";
import { WANTED_OUTPUT } from "./sdk-additions.ts";
import { unknownOutput, type Values } from "./values.ts";

export const STACK_REFERENCE = "pulumi:pulumi:StackReference";

interface RememberedOutputs {
  outputs: Values;
  /** Their values are not kept. */
  secretOutputNames: string[];
}

export class StackReferences {
  readonly #project: Project;
  /** Where local clouds leave their stacks' outputs for each other. */
  readonly #folder: string | undefined;
  readonly #notices: (message: string) => void;
  /** Whose outputs are made up, for the list of what is. */
  readonly madeUp: ProviderNotes["madeUp"] = [];
  readonly #known = new Map<string, Values>();
  readonly #wanted = new Map<string, Set<string>>();

  /** @param notices hears where outputs come from, a sentence each */
  constructor(project: Project, folder: string | undefined, notices: (message: string) => void) {
    this.#project = project;
    this.#folder = folder;
    this.#notices = notices;
  }

  /** @returns the outputs of the resource that a program reads a stack through */
  read(name: string, urn: string): Values {
    const [madeUp] = namesOf(name, this.#project.name).flatMap((known) => this.#project.local.stacks[known] ?? []);
    const remembered = madeUp ? undefined : this.#recall(name);
    if (!madeUp && !remembered && this.#isOwn(name)) {
      this.#notices(
        `The program reads its own stack ${name}, which has no outputs before its first start: the program sees undefined.`,
      );
      this.#known.set(name, {});
      return { name, outputs: {}, secretOutputNames: [] };
    }
    if (!madeUp && !remembered) {
      this.#wanted.set(name, this.#wanted.get(name) ?? new Set());
      return { name, outputs: unknownOutput(urn), secretOutputNames: [] };
    }
    if (madeUp) {
      const reason = `made up: ${LOCAL_VALUES_FILE} gives ${Object.keys(madeUp.outputs).join(", ")}`;
      this.madeUp.push({ type: STACK_REFERENCE, name, reason });
    }
    this.#notices(
      madeUp
        ? `The outputs of the stack ${name} are made up in ${LOCAL_VALUES_FILE}.`
        : `The outputs of the stack ${name} are those of its last local cloud.`,
    );
    // A secret's value is not kept, and an empty value in the file is one that nobody has filled in.
    const { outputs, secretOutputNames = [] }: Partial<RememberedOutputs> = (madeUp ?? remembered)!;
    const known = { ...outputs, ...Object.fromEntries(secretOutputNames.map((secret) => [secret, null])) };
    this.#known.set(name, known);
    const valued = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null));
    return { name, outputs: valued, secretOutputNames: [] };
  }

  /** Whether something is known to be missing, so that the program only runs on to show what else is. */
  get wanting(): boolean {
    return this.#wanted.size > 0;
  }

  /** Takes note of an output that the program asks for. @returns whether the message was about that */
  heard({ message }: Diagnostic): boolean {
    if (!message.startsWith(WANTED_OUTPUT)) return false;
    const [stack, output] = JSON.parse(message.slice(WANTED_OUTPUT.length)) as [string, string];
    const known = this.#known.get(stack);
    if (this.#isOwn(stack) && known) {
      if (known[output] !== null) return true;
      this.#notices(
        `The output ${output} of the program's own stack is a secret, which is not kept: the program sees undefined.`,
      );
    } else if (!known || known[output] === null) {
      this.#wanted.set(stack, (this.#wanted.get(stack) ?? new Set()).add(output));
    } else if (!(output in known)) {
      this.#notices(`The stack ${stack} has no output ${output}: the program sees undefined.`);
    }
    return true;
  }

  /** @returns what the person has to make up, or `undefined` when nothing is wanting */
  missing(): ProjectError | undefined {
    if (this.#wanted.size === 0) return undefined;
    const wanted = new Map([...this.#wanted].map(([stack, outputs]) => [stack, [...outputs].sort()]));
    const sentences = [...wanted].map(([stack, outputs]) =>
      outputs.length === 0
        ? `The program reads the stack ${stack}, which is not known here.`
        : `The program reads from the stack ${stack}, and these outputs of it are not known here: ${outputs.join(", ")}.`,
    );
    return new ProjectError(
      "stack_outputs_missing",
      sentences.join("\n"),
      askForOutputs(this.#project.directory, wanted),
    );
  }

  /** A program may look at what its own stack put out the last time. */
  #isOwn(name: string): boolean {
    const [project, stack] = projectAndStack(name, this.#project.name);
    return project === this.#project.name && stack === this.#project.stack;
  }

  #recall(name: string): RememberedOutputs | undefined {
    if (this.#folder === undefined) return undefined;
    const [project, stack] = projectAndStack(name, this.#project.name);
    try {
      return JSON.parse(readFileSync(fileOf(this.#folder, project, stack), "utf8")) as RememberedOutputs;
    } catch {
      return undefined;
    }
  }
}

/** Leaves the outputs of a stack that has started where other local clouds find them; secrets by name only. */
export function rememberOutputs(folder: string, { project, stack, outputs, secretOutputs }: ResourceGraph): void {
  const remembered: RememberedOutputs = {
    outputs: Object.fromEntries(Object.entries(outputs).filter(([name]) => !secretOutputs.includes(name))),
    secretOutputNames: secretOutputs,
  };
  makeFolder(folder, 0o700);
  writeFileSync(fileOf(folder, project, stack), JSON.stringify(remembered), { mode: 0o600 });
}

const fileOf = (folder: string, project: string, stack: string): string =>
  join(folder, `${encodeURIComponent(project)}.${encodeURIComponent(stack)}.json`);

/** `organization/project/stack`, `project/stack` or, of the same project, `stack`. */
function projectAndStack(name: string, own: string): [project: string, stack: string] {
  const parts = name.split("/");
  return [parts.at(-2) ?? own, parts.at(-1) ?? ""];
}

/** The names under which a person may have written a stack down, the fullest first. */
function namesOf(name: string, own: string): string[] {
  const [project, stack] = projectAndStack(name, own);
  return [name, `${project}/${stack}`, ...(project === own ? [stack] : [])];
}
