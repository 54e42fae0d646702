/**
 * Bundles the command line into `dist/`: split into chunks, so that a command loads only what it needs, and with its
 * packages inside, so that the published package installs next to nothing. Runs from npm's `prepare`.
 */
import { lstatSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { buildComponents } from "./build-components.ts";
import { buildStarter } from "./build-starter.ts";
import { buildTestKit } from "./build-test-kit.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Native code, which a bundle cannot hold. */
const external = ["@napi-rs/keyring"];

/** commander loads Node's child processes for a feature that is not used here, which would cost every command 5 ms. */
const lazyChildProcess: Plugin = {
  name: "lazy-child-process",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes("/node_modules/commander/") ? { path: "child-process", namespace: "lazy" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, () => ({
      contents:
        'export default { spawn: (...given) => process.getBuiltinModule("node:child_process").spawn(...given) };',
    }));
  },
};

/**
 * An import of one of Node's own modules reads all of its exports, and some load much when they are read: `fs` its promises and
 * streams, `http` the whole of fetch, `crypto` the web's. Here each importer reads just what it uses.
 */
const builtinsAlone: Plugin = {
  name: "builtins-alone",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:[a-z]+$/ }, ({ path, kind, importer }) =>
      // A module of its own for each importer, so that what another one uses is not in it.
      kind === "import-statement"
        ? { path, namespace: "builtin", suffix: `?${relative(root, importer)}`, sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: "builtin" }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== "default" && /^[A-Za-z_]\w*$/.test(name));
      return {
        contents: [
          `const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)});`,
          "export default whole;",
          ...names.map(
            (name) => `const own_${name} = /* @__PURE__ */ (() => whole.${name})(); export { own_${name} as ${name} };`,
          ),
        ].join("\n"),
      };
    });
  },
};

/**
 * What is asked for by what is never run here, by who asks: dynalite's own databases, one of them native code (its operations run
 * over the cloud's state, `local/dynamodb`), and what gRPC reads definitions with for tools that look into it.
 */
const NEVER_RUN: Record<string, string> = {
  level: "/node_modules/dynalite/",
  "memory-level": "/node_modules/dynalite/",
  "./lifecycle": "/node_modules/dynalite/",
  "@grpc/proto-loader": "/node_modules/@grpc/grpc-js/",
};

const withoutUnused: Plugin = {
  name: "without-unused",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:level|memory-level|\.\/lifecycle|@grpc\/proto-loader)$/ }, ({ path, importer }) =>
      importer.includes(NEVER_RUN[path]!) ? { path, namespace: "never-run" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "never-run" }, () => ({ contents: "module.exports = {};" }));
  },
};

/**
 * dynalite's generated parsers: its validation asks the modules, into which `local/dynamodb/emulator.ts` puts parsers of ours. A
 * module without one would say so.
 */
const parsersReplaced: Plugin = {
  name: "parsers-replaced",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/db\/(?:condition|projection|update)Parser(?:\.js)?$/ }, ({ path, importer }) =>
      path.startsWith("dynalite/") || importer.includes("/node_modules/dynalite/")
        ? { path: path.replace(/^.*\/|\.js$/g, ""), namespace: "parser" }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: "parser" }, ({ path }) => ({
      contents: `exports.parse = () => { throw new Error("dynalite's ${path} is not in the bundle."); };`,
    }));
  },
};

/**
 * @param outdir replaced as a whole
 * @param further entry points that share the chunks of the command line's: name → source
 */
export async function buildCli(outdir: string, further: Record<string, string> = {}): Promise<void> {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  rmSync(outdir, { recursive: true, force: true });
  buildStarter(`${outdir}/starter`);
  const shared: BuildOptions = {
    absWorkingDir: root,
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    external,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "linked",
    logLevel: "warning",
  };
  await Promise.all([
    buildTestKit(outdir),
    buildComponents(outdir),
    build({
      ...shared,
      entryPoints: {
        main: "cli/main.ts",
        "testing-cloud": "local/testing/cloud-process.ts",
        "testing-controls": "local/testing/controls.ts",
        ...further,
      },
      splitting: true,
      plugins: [lazyChildProcess, builtinsAlone, withoutUnused, parsersReplaced],
      chunkNames: "chunks/[name]-[hash]",
      define: { BUNDLED_VERSION: JSON.stringify(version) },
      // gRPC is CommonJS and asks for Node's own modules with `require`.
      banner: { js: "const require=process.getBuiltinModule;" },
    }),
    build({
      ...shared,
      entryPoints: {
        "chunks/lambda-runtime": "local/lambda/runtime/bootstrap.ts",
        "chunks/lean-sdk": "local/engine/lean-sdk.ts",
        "chunks/trace-reads": "local/engine/trace-reads.ts",
      },
    }),
  ]);
}

/** npm links the commands of packages, not a checkout's own; with this link npx starts it at once. */
function linkCommand(): void {
  const link = `${root}node_modules/.bin/demo-auth`;
  if (process.platform === "win32" || lstatSync(link, { throwIfNoEntry: false })) return;
  symlinkSync("../../bin/demo-auth.js", link);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildCli(`${root}dist`);
  linkCommand();
}
