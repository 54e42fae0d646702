/** `demo-auth login`: flags only; the work is `login.ts`. */
import { type Command, Option } from "commander";
import { action, type Registrant } from "../../shared/command-context.ts";
import type { LoginFlags } from "./login-flags.ts";

export const registerLogin: Registrant = (program, world) => {
  addSignInOptions(
    program
      .command("login")
      .summary("sign in through the hosted UI in your browser")
      .description(
        "Signs in through the user pool's hosted UI in your browser and keeps the session for the other commands. --as NAME keeps it beside others; at a local cloud it signs NAME in at once.",
      ),
  )
    .option(
      "--username <name>",
      "sign in with a password, read from the terminal or standard input, instead of a browser",
    )
    .option("--password-stdin", "the password, and whatever the pool asks for next, are lines of standard input")
    .option("--client-credentials", "sign in as the app client itself, its secret from standard input or the keyring")
    .option("--with-token", "keep tokens that came from elsewhere, from standard input")
    .option("--force", "sign in again although a valid session exists")
    .action(
      action<LoginFlags>(world, async (io) => {
        const { login } = await import("./login.ts");
        await login(io);
      }),
    );
};

function addSignInOptions(command: Command): Command {
  const collect = (text: string, earlier: string[] = []) => [...earlier, text];
  return command
    .addOption(
      new Option("--flow <flow>", "OAuth flow, where the app client allows both").choices(["implicit", "code"]),
    )
    .option("--port <port>", "callback port to use, among the registered ones (repeatable)", collect)
    .addOption(
      new Option("--redirect-host <host>", "host of the callback address").choices(["127.0.0.1", "localhost", "[::1]"]),
    )
    .option("--listen-host <address>", "listen there instead of on loopback only (for containers)")
    .addOption(new Option("--browser <command>", "program to open the URL with").env("DEMO_AUTH_BROWSER"))
    .option("--no-browser", "print the sign-in URL instead of opening a browser")
    .option("--paste", "also take the redirect address from standard input")
    .option("--private-window", "open a private window, which keeps the redirect out of the browser's history")
    .option("--timeout <duration>", "how long to wait for the browser", "5m")
    .addOption(
      new Option("--prompt <prompt>", "what to ask of the hosted UI").choices(["login", "none", "select_account"]),
    )
    .option("--login-hint <email>", "fill in the e-mail address")
    .option("--idp <name>", "go straight to this identity provider")
    .addOption(new Option("--storage <kind>", "where to keep the session").choices(["file", "keyring", "none"]));
}
