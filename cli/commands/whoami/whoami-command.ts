/** `demo-auth whoami`: flags only; the work is `whoami.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";

export const registerWhoami: Registrant = (program, world) => {
  program
    .command("whoami")
    .summary("print who is signed in")
    .description("Prints who is signed in to the target, and nothing else. Exits 4 when nobody is.")
    .action(
      action(world, async (io) => {
        const { whoami } = await import("./whoami.ts");
        await whoami(io);
      }),
    );
};
