/**
 * Loaded before a program: lets Pulumi's SDKs load what few programs use when it is used, and not when they start, and
 * send no debug messages when nobody hears them (`?quiet`): each waits for the answer to the one before.
 *
 * TypeScript and npm's arborist (to serialize functions), OpenTelemetry (to trace) and two hundred AWS services are most
 * of what the SDKs load.
 *
 * The files stay as they are. While Node reads one of those named here, the expression that loads a module becomes one
 * that loads it at its first use. An SDK that is written otherwise is left alone, and merely starts slower.
 */
import { registerHooks } from "node:module";

type Load = () => object;
type Change = (source: string) => string;

/** Global symbols, by which the changed sources find what defers. */
const MODULE = "demo-auth:deferred-module";
const FUNCTIONS = "demo-auth:deferred-functions";

/** By file: what is replaced in its text. */
const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  "@pulumi/aws/index.js": [deferred(/__importStar\(require\("\.\/(?!config"|types"|utilities")\w+"\)\)/g)],
  "@pulumi/pulumi/runtime/closure/codePaths.js": [
    deferred('__importStar(require("@npmcli/arborist"))'),
    deferred('__importDefault(require("normalize-package-data"))'),
  ],
  "@pulumi/pulumi/runtime/closure/parseFunction.js": [deferred('require("../../typescript-shim")')],
  "@pulumi/pulumi/cmd/run/tracing.js": [deferredFunctions(/require\("@opentelemetry\/(?!api")[\w-]+"\)/g)],
  "@pulumi/pulumi/log/index.js": import.meta.url.endsWith("?quiet")
    ? [
        (source) =>
          source.replace(
            "return log(engine, engproto.LogSeverity.DEBUG, msg, resource, streamId, ephemeral)",
            "return Promise.resolve()",
          ),
      ]
    : [],
  // The SDK notes where each of its promises was made; printing that place looks every frame up in a source map.
  "@pulumi/pulumi/runtime/debuggable.js": [
    (source) =>
      source.replace(
        "{ writable: true, value: new Error().stack }",
        "{ get: ((place) => () => place.stack)(new Error()) }",
      ),
  ],
};

/** For modules whose members are read where they are used. */
function deferred(expression: string | RegExp): Change {
  return (source) => source.replace(expression, (load) => `globalThis[Symbol.for("${MODULE}")](() => ${load})`);
}

/** For modules whose functions and classes are taken out of them when they are loaded. */
function deferredFunctions(expression: string | RegExp): Change {
  return (source) => source.replace(expression, (load) => `globalThis[Symbol.for("${FUNCTIONS}")](() => ${load})`);
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
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, name) => {
        const property = Reflect.getOwnPropertyDescriptor(module(), name);
        // Of what its target does not have, a Proxy may only say that it can be configured.
        return property && { ...property, configurable: true };
      },
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

const PACKAGES = "/node_modules/";

Object.defineProperty(globalThis, Symbol.for(MODULE), { value: deferredModule });
Object.defineProperty(globalThis, Symbol.for(FUNCTIONS), { value: deferredMembers });

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const { source } = loaded;
    const changes = CHANGES[url.slice(url.lastIndexOf(PACKAGES) + PACKAGES.length)];
    if (!changes || source === undefined || source === null) return loaded;
    const text = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString();
    return { ...loaded, source: changes.reduce((changed, change) => change(changed), text) };
  },
});
