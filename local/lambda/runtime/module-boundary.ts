/**
 * Keeps a function's modules inside its archive, as they are on Lambda, where nothing lies above `/var/task`. Locally the
 * archive lies in somebody's project, whose `node_modules` and `package.json` Node would otherwise take into account: a
 * dependency that was not bundled would be found here and missing on AWS.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { isBuiltin, registerHooks } from "node:module";
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
        return outerPackageDecides(resolved.url, root) ? { ...resolved, format: ownFormat(resolved.url) } : resolved;
      }
      if (!inside(context.parentURL) || isBuiltin(specifier) || PROVIDED.test(specifier)) return resolved;
      const parent = fileURLToPath(context.parentURL);
      throw Object.assign(new Error(`Cannot find module '${specifier}'\nRequire stack:\n- ${parent}`), {
        code: "MODULE_NOT_FOUND",
        requireStack: [parent],
      });
    },
  });
}

/** Whether no `package.json` of the archive says what this `.js` file is, so that one above the archive would. */
function outerPackageDecides(url: string, root: string): boolean {
  if (!url.endsWith(".js")) return false;
  for (let folder = dirname(fileURLToPath(url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return false;
    if (folder === root) return true;
  }
}

/** What Node makes of a `.js` file without a `package.json`: CommonJS unless it only parses as an ES module. */
function ownFormat(url: string): "commonjs" | "module" {
  try {
    const source = readFileSync(fileURLToPath(url), "utf8").replace(/^#!.*/, "");
    compileFunction(source, ["exports", "require", "module", "__filename", "__dirname"]);
    return "commonjs";
  } catch {
    return "module";
  }
}
