/**
 * What Pulumi's SDK in a program does in addition under the local cloud, changed in its text as `sdk-changes.ts` does it: it
 * tells which outputs of another stack are asked for, and keeps as unknown what the engine says cannot be known. A text
 * that is not found is no error: less can be said then.
 */
import type { Change } from "./sdk-changes.ts";

/** Begins a message to the engine: JSON of stack and output follows. */
export const WANTED_OUTPUT = "demo-auth:wanted-output ";
/** Among a resource's outputs: the program's others are unknown. */
export const UNKNOWN_OUTPUTS = "demo-auth:unknown-outputs";

const tellWanted = `require("./output").all([this.name, name]).apply((wanted) => void require("./log").info(${JSON.stringify(WANTED_OUTPUT)} + JSON.stringify(wanted)));`;

/** In a preview, begins a message to the engine: JSON of a `MissingValue` follows. */
export const MISSING_CONFIG = "demo-auth:missing-config ";

/** What stands for a value that a program requires and does not get, by what it is required as. */
const MADE_UP: Record<string, string> = {
  "": '(opts?.allowedValues?.[0] ?? "made-up")',
  Boolean: "true",
  Number: "(opts?.min ?? opts?.max ?? 1)",
  Object: "{}",
};

/** For a preview that is to find all that a program lacks. By file, below `node_modules`. */
export const PREVIEW_ADDITIONS: Readonly<Record<string, readonly Change[]>> = {
  "@pulumi/pulumi/config.js": [
    (source) =>
      source.replace(
        /(require(Boolean|Number|Object|)Impl\(key, secret[^)]*\) \{[^}]*\{\s*)throw new ConfigMissingError\(this\.fullKey\(key\), secret\);/g,
        (_, head: string, kind: string) =>
          `${head}require("./log").info(${JSON.stringify(MISSING_CONFIG)} + JSON.stringify({ key: this.fullKey(key), secret })); return ${MADE_UP[kind]};`,
      ),
  ],
};

/** By file, below `node_modules`. */
export const SDK_ADDITIONS: Readonly<Record<string, readonly Change[]>> = {
  "@pulumi/pulumi/stackReference.js": [
    (source) => source.replace(/^( +(?:get|require)Output\(name\) \{)$/gm, (head) => `${head} ${tellWanted}`),
  ],
  "@pulumi/pulumi/output.js": [
    // An SDK up to 3.100 leaves functions of unknown outputs out in previews only, and else calls them with `undefined`.
    (source) =>
      source.replace(/(function applyHelperAsync\([\s\S]{0,200}?if \(\w+\.isDryRun\(\))\)/, "$1 || !isKnown)"),
  ],
  "@pulumi/pulumi/runtime/rpc.js": [
    (source) =>
      source.replace(
        /resolve\(undefined, (!.*?isDryRun\)?\(\)(?: && !keepUnknowns)?), false\)/,
        (_, known) => `resolve(undefined, ${known} && !(${JSON.stringify(UNKNOWN_OUTPUTS)} in allProps), false)`,
      ),
  ],
};
