/** `demo-auth tour`: flags only; the work is `tour.ts`. */
import { action, type Registrant } from "../../shared/command-context.ts";
import type { TourFlags } from "./tour-cloud.ts";

export const registerTour: Registrant = (program, world) => {
  program
    .command("tour")
    .summary("show the whole tutorial on this machine")
    .description(
      "Starts the local cloud with the API open, deploys the authorizer, signs up and in, and calls the API after each step. A cloud that runs here already is taken as it is.",
    )
    .option("--stack <name>", "stack whose config to use", "dev")
    .option("--project <directory>", "folder of the Pulumi project", ".")
    .option("--port <port>", "port of the console (default: 4510 where a person looks, else a free one)")
    .option("--state <directory>", "where to keep users, keys and code")
    .option("--ephemeral", "keep nothing")
    .option("--headless", "fill in the sign-up pages by itself, without a browser")
    .action(
      action<TourFlags>(world, async (io) => {
        const { tour } = await import("./tour.ts");
        await tour(io);
      }),
    );
};
