/** `demo-auth exec`: flags only; the work is `exec.ts`. */
import { Option } from "commander";
import { action, type Registrant } from "../../shared/command-context.ts";
import type { ExecFlags } from "./exec.ts";

export const registerExec: Registrant = (program, world) => {
  program
    .command("exec")
    .usage("[options] -- <command> [args...]")
    .argument("<command...>", "program and its arguments, after --")
    .summary("run a program with the token in its environment")
    .description("Runs a program with the token in one of its environment variables, and ends as it ends.")
    .option("--env <name>", "variable to put the token in", "DEMO_AUTH_TOKEN")
    .addOption(new Option("--type <type>", "which token (default: what the API needs)").choices(["id", "access"]))
    .option("--min-valid <duration>", "fail unless it is valid for that long")
    .action(
      action<ExecFlags>(world, async (io, words: string[]) => {
        const { exec } = await import("./exec.ts");
        await exec(io, words);
      }),
    );
};
