/** `demo-auth use`: flags only; the work is `use.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";
import type { UseFlags } from "./use.ts";

export const registerUse: Registrant = (program, world) => {
  program
    .command("use [target]")
    .summary("choose this project's target: local, file, or a stack")
    .description(
      "Chooses what the commands in this project speak to: local, file (demo-auth.json), or a Pulumi stack. With --as NAME and no target: which of several accounts they speak for.",
    )
    .option("--clear", "forget the choice")
    .action(
      action<UseFlags>(world, async (io, name: string | undefined) => {
        const { use } = await import("./use.ts");
        await use(io, name);
      }),
    );
};
