/** How a token is given to `token`: never as an argument, which every program on the machine can read. */
import type { NextStep } from "../../shared/next-step.ts";

export const pipeInToken: NextStep = { say: "Pipe it in", command: "token", args: ["--decode", "--token", "-"] };
