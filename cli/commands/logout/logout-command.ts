/** `demo-auth logout`: flags only; the work is `logout.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";
import type { LogoutFlags } from "./logout.ts";

export const registerLogout: Registrant = (program, world) => {
  program
    .command("logout")
    .summary("end the session")
    .description("Revokes the refresh token where there is one, and deletes the session from this machine.")
    .option("--all", "end the sessions of every target")
    .option("--browser [command]", "also end the hosted UI's session in your browser")
    .action(
      action<LogoutFlags>(world, async (io) => {
        const { logout } = await import("./logout.ts");
        await logout(io);
      }),
    );
};
