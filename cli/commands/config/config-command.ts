/** `demo-auth config`: flags only; the work is `config.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";

export const registerConfig: Registrant = (program, world) => {
  program
    .command("config")
    .summary("show every setting and where it comes from")
    .description(
      "Shows what the commands here speak to: every value and the source that it comes from. A source that cannot be used is named after the rest, and the command exits as the others would because of it.",
    )
    .action(
      action(world, async (io) => {
        const { showConfig } = await import("./config.ts");
        await showConfig(io);
      }),
    );
};
