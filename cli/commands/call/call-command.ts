/** `demo-auth call`: flags only; the work is `call.ts`. */

import { Option } from "commander";
import { action, type Registrant, usage } from "../../shared/command-context.ts";
import type { CallFlags } from "./call.ts";

/** Of two bodies, one would be dropped in silence. */
const once = (option: string) => (text: string, earlier?: string) => {
  if (earlier === undefined) return text;
  throw usage(`${option} is given twice`, `Give one: ${option} '{"name":"value"}'`);
};

export const registerCall: Registrant = (program, world) => {
  const collect = (text: string, earlier: string[] = []) => [...earlier, text];
  program
    .command("call <path>")
    .summary("call the protected API with your session's token")
    .description(
      "Calls the protected API with the token that the method needs, and prints the body on standard output.",
    )
    .option("-X, --request <method>", "HTTP method (default: GET, or POST with --data or --field)")
    .option("-d, --data <data>", "body: text, @file, or - for standard input", once("--data"))
    .option(
      "-F, --field <field>",
      "name=value of a JSON body; true, 1 and null as such, @file for a file's text (repeatable)",
      collect,
    )
    .option("-H, --header <header>", "'Name: value' to add (repeatable)", collect)
    .option("-i, --include", "print the status line and headers before the body")
    .option("-o, --output <file>", "write the body to a file, when the call succeeds")
    .option("--query <expression>", "select from a JSON answer with JMESPath, as in the AWS command line")
    .option("--raw", "print the body as it came, also on a terminal")
    .addOption(new Option("--type <type>", "token to send (default: what the method needs)").choices(["id", "access"]))
    .option("--timeout <duration>", "how long to wait for the answer", "30s")
    .option("--login", "sign in first when there is no valid session")
    .action(
      action<CallFlags>(world, async (io, path: string) => {
        const { callApi } = await import("./call.ts");
        await callApi(io, path);
      }),
    );
};
