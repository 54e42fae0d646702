/** The process. */
import { run } from "./run.ts";
import { systemWorld } from "./world.ts";

await run(systemWorld());
