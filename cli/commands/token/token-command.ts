/** `demo-auth token`: flags only; the work is `token.ts`. */
import { Option } from "commander";
import { action, type Registrant } from "../../shared/command-context.ts";
import type { TokenFlags } from "./token.ts";

export const registerToken: Registrant = (program, world) => {
  program
    .command("token")
    .summary("print the token, for curl and other programs")
    .description("Prints the bare token. For curl: curl -H @<(demo-auth token --header) URL")
    .option("--header", "print it as an Authorization header")
    .addOption(new Option("--type <type>", "which token (default: what the API needs)").choices(["id", "access"]))
    .option("--min-valid <duration>", "fail unless it is valid for that long")
    .action(
      action<TokenFlags>(world, async (io) => {
        const { printToken } = await import("./token.ts");
        await printToken(io);
      }),
    );
};
