/** `demo-auth logs`: flags only; the work is `logs.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";
import type { LogsFlags } from "./logs.ts";

export const registerLogs: Registrant = (program, world) => {
  program
    .command("logs")
    .summary("show a running local cloud's requests, with the reason for each refusal")
    .description(
      "Shows what a running local cloud has answered lately, and with --follow what it answers from now on: requests with " +
        "the reason for each refusal, sign-ins, mail and the functions' output. Codes that were mailed are shown on a terminal only.",
    )
    .option("-f, --follow", "go on until Ctrl-C")
    .action(
      action<LogsFlags>(world, async (io) => {
        const { logs } = await import("./logs.ts");
        await logs(io);
      }),
    );
};
