/** The process. */
import { run } from "./run.ts";
import { systemWorld } from "./shared/world.ts";

await run(systemWorld());
