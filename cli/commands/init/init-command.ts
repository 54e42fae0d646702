/** `demo-auth init`: flags only; the work is `init.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";
import type { InitFlags } from "./init.ts";

export const registerInit: Registrant = (program, world) => {
  program
    .command("init <directory>")
    .summary("write a project of your own: program, handlers, policy, a test")
    .description(
      "Writes a Pulumi project of your own into a new folder: the program, a handler, the policy pack, both stack files, a test and a workflow. Nothing that is there is written over.",
    )
    .option("--name <name>", "the project's name; the folder's when not given")
    .option("--region <region>", "the AWS Region of its stacks; us-east-1 when not given")
    .option("-y, --yes", "ask nothing")
    .action(
      action<InitFlags>(world, async (io, directory: string) => {
        const { init } = await import("./init.ts");
        await init(io, directory);
      }),
    );
};
