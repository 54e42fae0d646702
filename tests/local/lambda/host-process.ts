/** A host of functions in a process of its own, for what happens when that is killed: `node host-process.ts <code> <pids>` */
import { functionHost } from "../../../local/lambda/function-host.ts";
import { functionDefinition } from "./function-harness.ts";
import { recordedPlatform } from "./recorded-platform.ts";

const [codeDirectory = "", pids = ""] = process.argv.slice(2);
const model = functionDefinition({ codeDirectory, timeoutSeconds: 60, environment: { PIDS: pids } });
await functionHost([model], recordedPlatform()).invoke(model.arn, "{}");
