/** `demo-auth help exit-codes`: what each exit code and each error code means. */

import type { Registrant } from "../../shared/command-context.ts";
import { errorCodes, exitCodeMeanings } from "../../shared/errors.ts";

export const registerHelpTopics: Registrant = (program, world) => {
  program
    .command("help [command...]")
    .summary("show help for a command, or: help exit-codes")
    .description("Shows help for a command, or the topic exit-codes.")
    .action((names: string[]) => {
      if (names[0] === "exit-codes") {
        world.stdout.write(exitCodesTopic());
        return;
      }
      let command = program;
      for (const name of names) {
        const found = command.commands.find((known) => known.name() === name);
        if (!found) return program.error(`unknown command '${name}'`, { code: "commander.unknownCommand" });
        command = found;
      }
      command.outputHelp();
    });
};

function exitCodesTopic(): string {
  const lines = exitCodeMeanings.map(([code, meaning]) => {
    const codes = Object.entries(errorCodes).filter(([, exit]) => exit === code);
    const names = codes.length > 0 ? `\n      ${codes.map(([name]) => name).join(", ")}` : "";
    return `${String(code).padStart(4)}  ${meaning}${names}`;
  });
  return `Exit codes, and the error codes of --json that lead to them:\n\n${lines.join("\n")}\n`;
}
