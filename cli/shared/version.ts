/** The package's version. */
import { readFileSync } from "node:fs";

/** Set by `scripts/build-cli.ts`; a checkout reads its package.json. */
declare const BUNDLED_VERSION: string | undefined;

export const version: string =
  typeof BUNDLED_VERSION === "string"
    ? BUNDLED_VERSION
    : JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
