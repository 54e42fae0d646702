/** `demo-auth authorizer test`: flags only; the work is `authorizer-test.ts`. */

import { action, type Registrant } from "../../shared/command-context.ts";
import type { AuthorizerFlags } from "./authorizer-test.ts";

export const registerAuthorizer: Registrant = (program, world) => {
  const authorizer = program
    .command("authorizer")
    .summary("give a token to the API's authorizer, as the console's Test button does")
    .description("What API Gateway's console offers on an authorizer, from the command line.")
    .action(() => authorizer.outputHelp());
  authorizer
    .command("test")
    .summary("ask the authorizer whether it lets the token pass")
    .description(
      "Gives the ID token of the session, or one from standard input, to the API's authorizer and shows the claims that it " +
        "found, or why it refused. On AWS it runs `aws apigateway`, with your credentials.",
    )
    .option("--token <source>", "- reads the token from standard input, in the place of the session's")
    .option("--authorizer <name>", "which one, when the API has several: name or id")
    .action(
      action<AuthorizerFlags>(world, async (io) => {
        const { testAuthorizer } = await import("./authorizer-test.ts");
        await testAuthorizer(io);
      }),
    );
};
