/**
 * Keeps a function's modules inside its archive, as they are on Lambda, where nothing lies above `/var/task`. Locally the
 * archive lies in somebody's project, whose `node_modules` and `package.json` Node would otherwise take into account: a
 * dependency that was not bundled would be found here and missing on AWS.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import BuiltinModule, { isBuiltin, registerHooks } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";

/** What the Lambda runtime brings along, wherever it comes from here. */
const PROVIDED = /^@(aws-sdk|smithy)\//;

/** Holds for every module that this thread loads from now on. */
export function confineModules(codeDirectory: string): void {
  const root = realpathSync(codeDirectory);
  const inside = (url: string | undefined): url is string =>
    url?.startsWith("file:") === true && (fileURLToPath(url) + sep).startsWith(root + sep);

  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (inside(resolved.url)) {
        const file = fileURLToPath(resolved.url);
        return outerPackageDecides(file, root) ? { ...resolved, format: ownFormat(file) } : resolved;
      }
      if (!inside(context.parentURL) || isBuiltin(specifier) || PROVIDED.test(specifier)) {
        return resolved;
      }
      const parent = fileURLToPath(context.parentURL);
      throw Object.assign(new Error(`Cannot find module '${specifier}'\nRequire stack:\n- ${parent}`), {
        code: "MODULE_NOT_FOUND",
        requireStack: [parent],
      });
    },
  });

  // What is called CommonJS above would still be asked for the outer package's type by the loader of `require`.
  const load = Module._extensions[".js"];
  Module._extensions[".js"] = (module, file) => {
    const own = (file + sep).startsWith(root + sep) && outerPackageDecides(file, root);
    if (own && ownFormat(file) === "commonjs") module._compile(readFileSync(file, "utf8"), file, "commonjs");
    else load(module, file);
  };
}

/** The parts of Node's CommonJS loader that its typings leave out. */
const Module = BuiltinModule as unknown as {
  _extensions: Record<
    ".js",
    (module: { _compile(source: string, file: string, format: string): void }, file: string) => void
  >;
};

/** Whether no `package.json` of the archive says what this `.js` file is, so that one above the archive would. */
function outerPackageDecides(file: string, root: string): boolean {
  if (!file.endsWith(".js")) return false;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return false;
    if (folder === root) return true;
  }
}

/** What Node makes of a `.js` file without a `package.json`: CommonJS unless it only parses as an ES module. */
function ownFormat(file: string): "commonjs" | "module" {
  try {
    const source = readFileSync(file, "utf8").replace(/^#!.*/, "");
    compileFunction(source, ["exports", "require", "module", "__filename", "__dirname"]);
    return "commonjs";
  } catch {
    return "module";
  }
}
