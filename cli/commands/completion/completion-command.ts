/** `demo-auth completion`: the script that a shell loads. */
import { Argument } from "commander";
import { action, type Registrant } from "../../shared/command-context.ts";
import type { Shell } from "./completion.ts";

export const registerCompletion: Registrant = (program, world) => {
  program
    .command("completion")
    .summary("print a completion script for your shell")
    .description("Prints a completion script. For bash, add to ~/.bashrc: source <(demo-auth completion bash)")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish", "powershell"]))
    .action(
      action(world, async (io, shell: Shell) => {
        const { completionScript } = await import("./completion.ts");
        const { describeCommand } = await import("../../command-tree.ts");
        io.out.data(completionScript(shell, describeCommand(program)));
      }),
    );
  program.command("__complete <kind> [words...]", { hidden: true }).action(
    action(world, async (io, kind: string, words: string[]) => {
      const { offerValues } = await import("./known-values.ts");
      await offerValues(io, kind, words);
    }),
  );
};
