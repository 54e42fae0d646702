/** `demo-auth local`: flags only; the work is `local-cloud.ts`. */
import type { Command } from "commander";
import { action, type Registrant } from "../../shared/command-context.ts";
import type { LocalFlags } from "./local-cloud.ts";

export const registerLocal: Registrant = (program, world) => {
  addLocalOptions(
    program
      .command("local")
      .summary("run the Pulumi program on this machine")
      .description(
        "Evaluates a Pulumi program and serves what it declares on this machine, until Ctrl-C: user pools with their hosted UI, REST APIs with their authorizers, Lambda functions.",
      ),
  ).action(
    action<LocalFlags>(world, async (io) => {
      const { local } = await import("./local-cloud.ts");
      await local(io);
    }),
  );
};

function addLocalOptions(command: Command): Command {
  const collect = (text: string, earlier: string[] = []) => [...earlier, text];
  return command
    .option("--stack <name>", "stack whose config to use", "dev")
    .option("--project <directory>", "folder of the Pulumi project", ".")
    .option("--port <port>", "port of the console; the others follow it (0 takes free ones)", "4510")
    .option(
      "--host [address]",
      "let other machines reach hosted UIs, APIs and pools at this address (all of this machine's when left out), for containers",
    )
    .option("--allow-host <name>", "a name by which they may ask for it, besides loopback ones (repeatable)", collect)
    .option("--state <directory>", "where to keep users, keys and code")
    .option("--ephemeral", "keep nothing")
    .option("--watch", "evaluate the program again when its sources change")
    .option(
      "--https",
      "serve over TLS, with a certificate authority that is good for this machine's loopback names only",
    )
    .option("--aws-endpoint <url>", "where functions send calls to other services of AWS than Cognito")
    .option("--strict", "refuse what AWS no longer creates (a retired runtime) instead of running it with a warning");
}
