/**
 * Keeps a function's modules inside its archive, as they are on Lambda, where nothing lies above `/var/task`. Locally the
 * archive lies in somebody's project, whose `node_modules` and `package.json` Node would otherwise take into account: a
 * dependency that was not bundled would be found here and missing on AWS.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import BuiltinModule, { createRequire, isBuiltin, registerHooks } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";

/** What the Lambda runtime brings along, wherever it comes from here. */
const PROVIDED = /^@(aws-sdk|smithy)\//;

/** The SDK that runtimes up to Node 16 bring along instead. */
const PROVIDED_BEFORE = /^aws-sdk(?:\/|$)/;
const FIRST_WITH_SDK_3 = 18;

export interface ProvidedPackages {
  /** The function's layers. */
  layerDirectories: string[];
  /** Where they are taken from. */
  packagesDirectories: readonly string[];
  /** The declared Node, which decides what Lambda brings along. */
  runtimeMajor: number;
}

/** Holds for every module that this thread loads from now on. */
export function confineModules(
  codeDirectory: string,
  { layerDirectories, packagesDirectories, runtimeMajor }: ProvidedPackages,
): void {
  const isProvided = (name: string) =>
    PROVIDED.test(name) || (runtimeMajor < FIRST_WITH_SDK_3 && PROVIDED_BEFORE.test(name));
  const root = realpathSync(codeDirectory);
  const inside = (url: string | undefined): url is string =>
    url?.startsWith("file:") === true && (fileURLToPath(url) + sep).startsWith(root + sep);

  registerHooks({
    resolve(specifier, context, nextResolve) {
      let resolved: ReturnType<typeof nextResolve>;
      try {
        resolved = nextResolve(specifier, context);
      } catch (error) {
        const inLayer = inside(context.parentURL) && findInLayers(specifier, layerDirectories, runtimeMajor);
        if (inLayer) return { url: inLayer, shortCircuit: true };
        if (packagesDirectories.length === 0 || !inside(context.parentURL) || !isProvided(specifier)) throw error;
        return { url: provided(specifier, packagesDirectories), shortCircuit: true };
      }
      if (inside(resolved.url)) {
        const file = fileURLToPath(resolved.url);
        return outerPackageDecides(file, root) ? { ...resolved, format: ownFormat(file) } : resolved;
      }
      if (!inside(context.parentURL) || isBuiltin(specifier) || isProvided(specifier)) {
        return resolved;
      }
      const inLayer = findInLayers(specifier, layerDirectories, runtimeMajor);
      if (inLayer) return { url: inLayer, shortCircuit: true };
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

/** The packages of layers, as `NODE_PATH` orders them; a later layer's files lie over those of an earlier one. */
function findInLayers(specifier: string, layerDirectories: string[], runtimeMajor: number): string | undefined {
  // On Lambda layers lie unpacked at /opt, and some modules are named by that.
  const ofOpt = /^\/opt\/(.+)$/.exec(specifier)?.[1];
  if (ofOpt !== undefined) return findFirst(layerDirectories, (layer) => [join(layer, "package.json"), `./${ofOpt}`]);
  for (const folder of [`nodejs/node${runtimeMajor}`, "nodejs"]) {
    const found = findFirst(layerDirectories, (layer) => [join(layer, folder, "package.json"), specifier]);
    if (found) return found;
  }
  return undefined;
}

/** @param asked from which file of a layer, and for what */
function findFirst(
  layerDirectories: string[],
  asked: (layer: string) => [from: string, specifier: string],
): string | undefined {
  for (const layer of layerDirectories.toReversed()) {
    const [from, specifier] = asked(layer);
    try {
      const found = createRequire(from).resolve(specifier);
      if (found.startsWith(layer + sep)) return pathToFileURL(found).href;
    } catch {
      // Another layer may have it.
    }
  }
  return undefined;
}

/** @throws Error that says how to get a package which Lambda would bring along */
function provided(specifier: string, packagesDirectories: readonly string[]): string {
  for (const directory of packagesDirectories) {
    try {
      return pathToFileURL(createRequire(join(directory, "package.json")).resolve(specifier)).href;
    } catch {
      // The next one may have it.
    }
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  throw Object.assign(
    new Error(
      `Cannot find module '${specifier}'. Lambda's runtime brings it along; here it comes from the packages of the ` +
        `project, or of the folder that the code is taken from: npm install --save-dev ${name}`,
    ),
    { code: "MODULE_NOT_FOUND" },
  );
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
