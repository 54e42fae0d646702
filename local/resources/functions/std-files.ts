/** The functions of `@pulumi/std` that read a file of the project (https://www.pulumi.com/registry/packages/std/). */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { text } from "../resource-type.ts";

export interface ProgramFiles {
  /** Where relative paths start: the program's working directory, which Pulumi starts a provider in too. */
  directory: string;
  /** Hears each path that is looked at, with whatever is there. */
  onRead(path: string): void;
}

type Reader = (contents: () => Buffer) => unknown;

const digest =
  (algorithm: string, encoding: "hex" | "base64"): Reader =>
  (contents) =>
    createHash(algorithm).update(contents()).digest(encoding);

const COMPUTED: Record<string, Reader> = {
  file: (contents) => contents().toString(),
  filebase64: (contents) => contents().toString("base64"),
  filebase64sha256: digest("sha256", "base64"),
  filebase64sha512: digest("sha512", "base64"),
  filemd5: digest("md5", "hex"),
  filesha1: digest("sha1", "hex"),
  filesha256: digest("sha256", "hex"),
  filesha512: digest("sha512", "hex"),
  fileexists(contents) {
    try {
      contents();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  },
};

const READERS = new Map(Object.entries(COMPUTED).map(([name, read]) => [`std:index:${name}`, read]));

/**
 * @returns what the function answers, `undefined` of one that reads no file
 * @throws ResourceProblem when the file cannot be read
 */
export function readStdFile(token: string, args: Values, { directory, onRead }: ProgramFiles): Values | undefined {
  const read = READERS.get(token);
  if (!read) return undefined;
  const path = resolve(directory, (text(args.input) ?? "").replace(/^~(?=\/|$)/, homedir()));
  onRead(path);
  try {
    return { result: read(() => readFileSync(path)) };
  } catch (error) {
    throw new ResourceProblem(`${token} cannot read ${path}: ${(error as Error).message}.`);
  }
}
