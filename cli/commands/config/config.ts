/** Every setting of the target at hand, with its source. */

import { SessionStore } from "../../sessions/store.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { safeText } from "../../shared/text.ts";
import {
  environmentSettings,
  storageVariable,
  userConfig,
  userConfigPath,
  VARIABLES,
} from "../../targets/configuration.ts";
import { gatherSettings } from "../../targets/resolve.ts";
import type { OnInvalid } from "../../targets/settings.ts";
import { explain } from "../../wording/explain.ts";

interface Shown {
  /** `null` when it is not set, or cannot be used. */
  value: unknown;
  source: string;
  unusable?: true;
}

/**
 * Shows also a target that lacks something, and what is known beside a source that cannot be used.
 * @throws CliError what is wrong with the sources, or that there is no target, after the rest has been shown
 */
export async function showConfig(io: CommandContext): Promise<void> {
  const { world, out } = io;
  const { target, values, problems } = await gather(io);
  const all: Record<string, Shown> = {
    ...values,
    userFile: { value: userConfigPath(world, namedFile(io)), source: userFileSource(io) },
    sessionFolder: { value: new SessionStore(world).directory, source: homeSource(io) },
  };
  if (out.json) out.document({ target: target ?? null, values: all });
  else {
    const rows = Object.entries(all).map(
      ([name, shown]) => `${name.padEnd(13)} ${inWords(name, shown)}  (${safeText(shown.source)})\n`,
    );
    out.text([`target        ${target ? safeText(target) : "none can be used"}\n`, ...rows].join(""));
  }
  if (problems.length > 0) throw together(problems);
}

/** The target's settings and the storage, as far as their sources can be used, and what is wrong with the others. */
async function gather(io: CommandContext) {
  const { world, flags, out } = io;
  // By their messages: a source may be read twice.
  const problems = new Map<string, CliError>();
  const unusable: Record<string, Shown> = {};
  const onInvalid: OnInvalid = (error, { setting, source }) => {
    problems.set(error.message, error);
    unusable[setting] = { value: null, source, unusable: true };
  };
  const orNone = async <T>(work: () => T | Promise<T>, refused?: () => void): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const known = explain(error);
      if (!(known instanceof CliError)) throw error;
      problems.set(known.message, known);
      refused?.();
      return undefined;
    }
  };
  const own = await orNone(() => userConfig(world, namedFile(io)));
  const gathered = own && (await orNone(() => gatherSettings(world, flags, { warn: out.warn, onInvalid })));
  const values: Record<string, Shown> = {};
  if (gathered) {
    for (const [name, source] of Object.entries(gathered.sources))
      values[name] = { value: Object(gathered.settings)[name] ?? null, source };
  } else if (flags.target === undefined) {
    for (const [name, value] of Object.entries(environmentSettings(world.env, onInvalid)))
      values[name] = { value, source: VARIABLES };
  }
  // A variable goes before whatever its setting has elsewhere, also when it cannot be used.
  for (const [name, shown] of Object.entries(unusable)) if (values[name]?.source !== VARIABLES) values[name] = shown;
  values.storage = own?.storage ? { value: own.storage, source: own.file } : { value: "file", source: "default" };
  const fromVariable = await orNone(
    () => storageVariable(world.env),
    () => {
      values.storage = { value: null, source: "DEMO_AUTH_STORAGE", unusable: true };
    },
  );
  if (fromVariable) values.storage = { value: fromVariable, source: "DEMO_AUTH_STORAGE" };
  return { target: gathered?.label, values, problems: [...problems.values()] };
}

/** One error of all that is wrong. Nobody who reads it needs to be told to run this command. */
function together(problems: readonly CliError[]): CliError {
  const next = problems
    .flatMap((problem) => problem.next)
    .filter((step) => typeof step === "string" || step.command !== "config");
  const steps = new Map(next.map((step) => [JSON.stringify(step), step]));
  const [first] = problems;
  return new CliError(first!.code, problems.map(({ message }) => message).join(" "), {
    next: [...steps.values()],
    cause: first,
  });
}

function namedFile({ world, flags }: CommandContext): string | undefined {
  return flags.config ?? world.env.DEMO_AUTH_CONFIG;
}

function userFileSource(io: CommandContext): string {
  if (io.flags.config) return "--config";
  return io.world.env.DEMO_AUTH_CONFIG ? "DEMO_AUTH_CONFIG" : homeSource(io);
}

function homeSource({ world }: CommandContext): string {
  return world.env.DEMO_AUTH_HOME ? "DEMO_AUTH_HOME" : "default";
}

function inWords(name: string, { value, unusable }: Shown): string {
  if (unusable) return "cannot be used";
  if (value === null) return unset[name] ?? "not set";
  const items = Array.isArray(value) ? value : [value];
  const words = items.map((item) => (typeof item === "object" ? `${item.method} ${item.path}` : String(item)));
  return safeText(words.join(", "), 1000);
}

/** What happens when a value is not set. */
const unset: Record<string, string> = {
  hostedUiUrl: "asked from the issuer",
  callbackUrls: "ports 47810 to 47814, /callback",
  flow: "code",
  tokenUse: "as each route needs",
  scopes: "openid, email",
  identityProviders: "not known",
};
