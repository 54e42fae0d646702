/** `demo-auth token`: flags only; the work is `token.ts`. */
import { Option } from "commander";
import { action, type Registrant } from "../../shared/command-context.ts";
import type { TokenFlags } from "./token.ts";

export const registerToken: Registrant = (program, world) => {
  const collect = (text: string, earlier: string[] = []) => [...earlier, text];
  program
    .command("token")
    .summary("print the token, for curl and other programs")
    .description(
      "Prints the bare token. For curl: curl -H @<(demo-auth token --header) URL. Against a local cloud, --as NAME makes the " +
        "user where the pool does not have it, and gives a token at once.",
    )
    .option("--header", "print it as an Authorization header")
    .addOption(new Option("--type <type>", "which token (default: what the API needs)").choices(["id", "access"]))
    .option("--min-valid <duration>", "fail unless it is valid for that long")
    .option("--group <name>", "with --as at a local cloud: put the user in this group (repeatable)", collect)
    .option("--scope <name>", "with --as at a local cloud: a scope to ask for (repeatable)", collect)
    .option("--decode", "show header, claims and times, and what the authorizer would say, instead of the token")
    .option("--token <source>", "with --decode: - takes the token from standard input")
    .action(
      action<TokenFlags>(world, async (io) => {
        const { printToken } = await import("./token.ts");
        await printToken(io);
      }),
    );
};
