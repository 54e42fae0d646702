/**
 * Finds the handler that a function's `<file>.<export>` string names, in CommonJS and ES modules
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html).
 */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RuntimeError } from "./errors.ts";

export type Handler = (event: unknown, context: object, callback?: Callback) => unknown;
export type Callback = (error: unknown, result?: unknown) => void;

const CALLBACK_REMOVED =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
  "You need to modify this function to use a supported handler signature to use Node.js 24 or later.";

/**
 * @param runtimeMajor from 24 on, a handler that declares a third parameter is refused
 * @throws RuntimeError named `Runtime.MalformedHandlerName`, `Runtime.ImportModuleError`, `Runtime.UserCodeSyntaxError`,
 *   `Runtime.HandlerNotFound` or `Runtime.CallbackHandlerDeprecated`; and whatever the module itself throws while it loads
 */
export async function loadHandler(codeDirectory: string, name: string, runtimeMajor: number): Promise<Handler> {
  if (name.includes("..")) {
    throw new RuntimeError(
      "Runtime.MalformedHandlerName",
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const match = /^([^.]*)\.(.*)$/.exec(basename(name));
  if (!match) throw new RuntimeError("Runtime.MalformedHandlerName", `Bad handler: '${name}' is not <file>.<export>`);
  const [, file = "", exportPath = ""] = match;

  const module = await importModule(resolve(codeDirectory, dirname(name), file), file);
  const handler = follow(module, exportPath) ?? follow(module.default, exportPath);
  if (handler === undefined || handler === null) {
    throw new RuntimeError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof handler !== "function") throw new RuntimeError("Runtime.HandlerNotFound", `${name} is not a function`);
  if (runtimeMajor >= 24 && handler.length >= 3) {
    throw new RuntimeError("Runtime.CallbackHandlerDeprecated", CALLBACK_REMOVED);
  }
  return handler as Handler;
}

async function importModule(path: string, shownAs: string): Promise<Record<string, unknown>> {
  const file = ["", ".js", ".mjs", ".cjs"].map((suffix) => path + suffix).find(isFile);
  if (file === undefined) {
    const message = `Error: Cannot find module '${shownAs}'\nRequire stack:\n- /var/runtime/index.mjs`;
    throw new RuntimeError("Runtime.ImportModuleError", message);
  }
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") {
      throw new RuntimeError("Runtime.ImportModuleError", String(error), error.stack);
    }
    if (error instanceof SyntaxError) {
      throw new RuntimeError("Runtime.UserCodeSyntaxError", String(error), error.stack);
    }
    throw error;
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function follow(from: unknown, path: string): unknown {
  let value = from;
  for (const step of path.split(".")) {
    if (value === null || value === undefined) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
