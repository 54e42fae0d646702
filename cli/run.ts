/**
 * One command line from its arguments to its exit code. Ctrl-C needs nothing here: without a handler Node dies by the
 * signal.
 */
import type { Command } from "commander";
import type { TargetFlagValues } from "./shared/next-step.ts";
import type { World } from "./shared/world.ts";

/** Runs one command line and sets the exit code. */
export async function run(world: World): Promise<void> {
  endQuietlyWithoutReader(world);
  const given = [...world.arguments];
  if (given.length === 1 && (given[0] === "--version" || given[0] === "-V")) {
    const { version } = await import("./shared/version.ts");
    world.stdout.write(`${version}\n`);
    return;
  }
  const { buildProgram } = await import("./program.ts");
  const program = buildProgram(world);
  try {
    await program.parseAsync(given.length === 0 ? ["--help"] : given, { from: "user" });
  } catch (thrown) {
    world.setExitCode(await fail(world, given, program, thrown));
  }
}

/** Says what went wrong, unless it was only `--help`. @returns the exit code */
async function fail(world: World, given: readonly string[], program: Command, thrown: unknown): Promise<number> {
  if ((thrown as { exitCode?: unknown }).exitCode === 0) return 0;
  const [{ exitCodes, reportOf }, { openOutput }, { explain }] = await Promise.all([
    import("./shared/errors.ts"),
    import("./shared/output.ts"),
    import("./wording/explain.ts"),
  ]);
  const typed = given.slice(0, given.includes("--") ? given.indexOf("--") : undefined);
  const out = openOutput(world, {
    json: typed.includes("--json"),
    debug: typed.includes("--debug"),
    color: !typed.includes("--no-color"),
  });
  const report = reportOf(explain(thrown), {
    invocation: world.invocation,
    targetFlags: program.opts<TargetFlagValues>(),
    command: commandIn(typed, program),
  });
  const unexpected = report.exitCode === exitCodes.unexpected && thrown instanceof Error;
  out.error(report, unexpected && typed.includes("--debug") ? thrown.stack : undefined);
  return report.exitCode;
}

/** @returns the names of the command and subcommand that these words ask for, as far as there are such */
function commandIn(words: readonly string[], program: Command): string[] {
  for (const [at, word] of words.entries()) {
    // The value of an option before the command: `--target local call`.
    if (
      program.options.some((option) => at > 0 && option.required && [option.short, option.long].includes(words[at - 1]))
    )
      continue;
    const found = program.commands.find((known) => known.name() === word);
    if (found) return [word, ...commandIn(words.slice(at + 1), found)];
  }
  return [];
}

/** A reader that leaves (`| head`) is no error. */
function endQuietlyWithoutReader(world: World): void {
  for (const stream of [world.stdout, world.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      world.exit(0);
    });
  }
}
