/** `demo-auth doctor`: checks everything that signing in and calling stand on; the checks are `cli/doctor.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";

export const registerDoctor: Registrant = (program, world) => {
  program
    .command("doctor")
    .summary("check configuration, network, ports, browser and storage")
    .description(
      "Checks configuration, user pool, callback addresses, ports, browser, clock, storage, session and API, and says what to do.",
    )
    .action(
      action(world, async (io) => {
        const { doctor } = await import("./doctor.ts");
        await doctor(io);
      }),
    );
};
