/** `demo-auth call`: flags only; the work is `call.ts`. */

import { action, type Registrant } from "../../shared/command-context.ts";
import type { CallFlags } from "./call.ts";

export const registerCall: Registrant = (program, world) => {
  const collect = (text: string, earlier: string[] = []) => [...earlier, text];
  program
    .command("call <path>")
    .summary("call the protected API with your session's token")
    .description(
      "Calls the protected API with the token that the method needs, and prints the body on standard output.",
    )
    .option("-X, --request <method>", "HTTP method (default: GET, or POST with --data)")
    .option("-d, --data <data>", "body: text, @file, or - for standard input")
    .option("-H, --header <header>", "'Name: value' to add (repeatable)", collect)
    .option("-i, --include", "print the status line and headers before the body")
    .option("--raw", "print the body as it came, also on a terminal")
    .option("--type <type>", "token to send: id or access (default: what the method needs)")
    .option("--timeout <duration>", "how long to wait for the answer", "30s")
    .option("--login", "sign in first when there is no valid session")
    .action(
      action<CallFlags>(world, async (io, path: string) => {
        const { callApi } = await import("./call.ts");
        await callApi(io, path);
      }),
    );
};
