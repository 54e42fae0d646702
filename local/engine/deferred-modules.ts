/**
 * Loaded before a program: lets Pulumi's SDK load what few programs use when it is used, and not when the SDK is loaded.
 * TypeScript and npm's arborist (to serialize functions) and OpenTelemetry (to trace) are two thirds of what it loads.
 *
 * The SDK's files stay as they are. While Node reads one of those named here, the expression that loads a module becomes
 * one that loads it at its first use; an SDK that is written otherwise is left alone, and merely starts slower.
 */
import { registerHooks } from "node:module";

type Load = () => object;

/** Global symbols, by which the changed sources find what defers. */
const MODULE = "demo-auth:deferred-module";
const FUNCTIONS = "demo-auth:deferred-functions";

/** By file of `@pulumi/pulumi`: what is replaced, word for word, and by what. */
const CHANGES: Readonly<Record<string, readonly (readonly [expression: string, replacement: string])[]>> = {
  "runtime/closure/codePaths.js": [
    deferred('__importStar(require("@npmcli/arborist"))'),
    deferred('__importDefault(require("normalize-package-data"))'),
  ],
  "runtime/closure/parseFunction.js": [deferred('require("../../typescript-shim")')],
  "cmd/run/tracing.js": [
    deferredFunctions('require("@opentelemetry/resources")'),
    deferredFunctions('require("@opentelemetry/sdk-trace-base")'),
    deferredFunctions('require("@opentelemetry/exporter-zipkin")'),
    deferredFunctions('require("@opentelemetry/instrumentation-grpc")'),
    deferredFunctions('require("@opentelemetry/sdk-trace-node")'),
    deferredFunctions('require("@opentelemetry/instrumentation")'),
  ],
  // The SDK notes where each of its promises was made; printing that place looks every frame up in a source map.
  "runtime/debuggable.js": [
    ["{ writable: true, value: new Error().stack }", "{ get: ((place) => () => place.stack)(new Error()) }"],
  ],
};

/** For a module whose members are read where they are used. */
function deferred(expression: string): readonly [string, string] {
  return [expression, `globalThis[Symbol.for("${MODULE}")](() => ${expression})`];
}

/** For a module whose functions and classes are taken out of it when it is loaded. */
function deferredFunctions(expression: string): readonly [string, string] {
  return [expression, `globalThis[Symbol.for("${FUNCTIONS}")](() => ${expression})`];
}

function loadedOnce(load: Load): Load {
  let module: object | undefined;
  return () => {
    module ??= load();
    return module;
  };
}

function deferredModule(load: Load): object {
  const module = loadedOnce(load);
  return new Proxy(
    {},
    {
      get: (_, name) => Reflect.get(module(), name),
      has: (_, name) => Reflect.has(module(), name),
    },
  );
}

function deferredMembers(load: Load): object {
  const module = loadedOnce(load);
  return new Proxy({}, { get: (_, name) => deferredFunction(() => Reflect.get(module(), name)) });
}

function deferredFunction(load: () => new (...given: unknown[]) => object): object {
  return new Proxy(function placeholder() {}, {
    get: (_, name) => Reflect.get(load(), name),
    apply: (_, self, given) => Reflect.apply(load(), self, given),
    construct: (_, given) => Reflect.construct(load(), given),
  });
}

Object.defineProperty(globalThis, Symbol.for(MODULE), { value: deferredModule });
Object.defineProperty(globalThis, Symbol.for(FUNCTIONS), { value: deferredMembers });

const SDK = "/node_modules/@pulumi/pulumi/";

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const start = url.lastIndexOf(SDK);
    const changes = start < 0 ? undefined : CHANGES[url.slice(start + SDK.length)];
    if (!changes || loaded.source === undefined || loaded.source === null) return loaded;
    let source =
      typeof loaded.source === "string" ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    for (const [expression, replacement] of changes) source = source.replace(expression, () => replacement);
    return { ...loaded, source };
  },
});
