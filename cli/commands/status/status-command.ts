/** `demo-auth status`: flags only; the work is `status.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";
import type { StatusFlags } from "./status.ts";

export const registerStatus: Registrant = (program, world) => {
  program
    .command("status")
    .summary("show who is signed in, and until when")
    .description(
      "Shows who is signed in to the target, until when, and where the session is kept. Exits 4 when nobody is.",
    )
    .option("--all", "list every session on this machine, of every target")
    .action(
      action<StatusFlags>(world, async (io) => {
        const { status } = await import("./status.ts");
        await status(io);
      }),
    );
};
