/**
 * Lets esbuild, which reads files in a process of its own, say what it read: every build is asked for its metafile, which
 * nobody sees who has not asked for it.
 */
import { readFileSync } from "node:fs";
import type { LoadFnOutput } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ReadKind } from "./reads.ts";

type Report = (kind: ReadKind, path: string) => void;
type Options = { metafile?: boolean; write?: boolean; absWorkingDir?: string; entryPoints?: unknown } | undefined;
type Metafile = { inputs: Record<string, { imports: { original?: string }[] }>; outputs: Record<string, unknown> };
type Result = { metafile?: Metafile };
type Build = (options: Options) => Result | Promise<Result>;

export const BUNDLER_FILE = "/node_modules/esbuild/lib/main.js";
const HOOK = "demo-auth:traced-bundler";
/** In the order in which esbuild looks for them. */
const EXTENSIONS = [".tsx", ".ts", ".jsx", ".js", ".css", ".json"];

/** @returns esbuild's module, with a last line that hands its exports over */
export function withTracedBundler(loaded: LoadFnOutput, url: string, report: Report): LoadFnOutput {
  Object.defineProperty(globalThis, Symbol.for(HOOK), {
    configurable: true,
    value: (exports: object) => tracedExports(exports, report),
  });
  const source = loaded.source
    ? String(Buffer.from(loaded.source as Uint8Array))
    : readFileSync(fileURLToPath(url), "utf8");
  return { ...loaded, source: `${source}\nmodule.exports = globalThis[Symbol.for("${HOOK}")](module.exports);` };
}

function tracedExports(exports: object, report: Report): object {
  const properties = Object.getOwnPropertyDescriptors(exports) as Record<string, PropertyDescriptor>;
  for (const [name, trace] of Object.entries({ build: tracedBuild, buildSync: tracedBuild, context: tracedContext })) {
    const property = properties[name];
    const original = property?.get ? property.get() : property?.value;
    if (typeof original !== "function") continue;
    const value = trace(original, report);
    properties[name] = property?.get ? { ...property, get: () => value } : { ...property, value };
  }
  return Object.create(Object.getPrototypeOf(exports), properties);
}

function tracedBuild(original: Build, report: Report): Build {
  return new Proxy(original, {
    apply(target, self, given: [Options]) {
      const [options] = given;
      if (options === null || typeof options !== "object") return Reflect.apply(target, self, given);
      const failed = (error: unknown): never => {
        noteFailure(options, report);
        throw error;
      };
      const done = (result: Result): Result => finished(result, options, report);
      try {
        const result = Reflect.apply(target, self, [
          { ...options, metafile: true },
          ...given.slice(1),
        ]) as ReturnType<Build>;
        return result instanceof Promise ? result.then(done, failed) : done(result);
      } catch (error) {
        return failed(error);
      }
    },
  });
}

type Context = { rebuild: () => Promise<Result> };

function tracedContext(original: (options: Options) => Promise<Context>, report: Report) {
  return new Proxy(original, {
    async apply(target, self, given: [Options]) {
      const [options] = given;
      if (options === null || typeof options !== "object") return Reflect.apply(target, self, given);
      const context = await Reflect.apply(target, self, [{ ...options, metafile: true }]);
      const rebuild = context.rebuild;
      context.rebuild = () =>
        rebuild.call(context).then(
          (result: Result) => finished(result, options, report),
          (error: unknown) => {
            noteFailure(options, report);
            throw error;
          },
        );
      return context;
    },
  });
}

function finished(result: Result, options: NonNullable<Options>, report: Report): Result {
  const { metafile } = result;
  const base = resolve(options.absWorkingDir ?? ".");
  if (metafile) noteInputs(metafile, base, report);
  if (metafile && options.write !== false)
    for (const name of Object.keys(metafile.outputs)) report("written", resolve(base, name));
  if (!options.metafile && metafile) {
    // esbuild leaves it undefined where it was not asked for.
    result.metafile = undefined as never;
  }
  return result;
}

function noteInputs({ inputs }: Metafile, base: string, report: Report): void {
  const folders = new Set<string>();
  for (const [name, { imports }] of Object.entries(inputs)) {
    const file = resolve(base, name);
    report("path", file);
    folders.add(dirname(file));
    for (const { original } of imports) {
      if (!original?.startsWith(".")) continue;
      const found = resolve(dirname(file), original);
      for (const extension of ["", ...EXTENSIONS]) report("path", found + extension);
    }
  }
  // How esbuild understands a file depends on these, all the way up.
  for (const folder of folders) {
    for (const name of ["package.json", "tsconfig.json"]) report("path", join(folder, name));
    if (folder !== dirname(folder)) folders.add(dirname(folder));
  }
}

/** A build that fails does not say what it read: perhaps a file that is to come. */
function noteFailure(options: NonNullable<Options>, report: Report): void {
  const base = resolve(options.absWorkingDir ?? ".");
  report("tree", base);
  const entries = options.entryPoints;
  const files = Array.isArray(entries) ? entries : Object.values(entries ?? {});
  for (const entry of files) report("tree", dirname(resolve(base, String((entry as { in?: string }).in ?? entry))));
}
