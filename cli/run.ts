/**
 * One command line from its arguments to its exit code. Ctrl-C needs nothing here: without a handler Node dies by the
 * signal.
 */
import type { Command } from "commander";
import type { TargetFlagValues } from "./shared/next-step.ts";
import type { World } from "./shared/world.ts";

/** Runs one command line and sets the exit code. */
export async function run(world: World): Promise<void> {
  mindOutputs(world);
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

/** A reader that leaves (`| head`) is no error. What cannot be said to the person changes nothing else. */
function mindOutputs(world: World): void {
  world.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") world.exit(0);
  });
  let first = true;
  world.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return world.exit(0);
    if (first) void endUnwritten(world, error);
    first = false;
  });
}

/** Results that are lost are no success, whatever comes of the rest. */
async function endUnwritten(world: World, error: Error): Promise<void> {
  const [{ CliError }, { buildProgram }] = await Promise.all([import("./shared/errors.ts"), import("./program.ts")]);
  const lost = new CliError("storage_unavailable", `Could not write to standard output: ${error.message}.`, {
    next: "See how full it is, or send it elsewhere: df -h",
  });
  world.exit(await fail(world, world.arguments, buildProgram(world), lost));
}
