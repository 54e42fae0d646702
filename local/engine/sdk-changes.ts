/**
 * What `lean-sdk.ts` changes in the text of Pulumi's SDKs while Node reads it, so that a program starts in half the time.
 * None of it changes what a program can do or see. A text that is not found is no error: that SDK merely starts slower.
 *
 * Most of what the SDKs load serves to serialize functions (TypeScript, npm's arborist), to trace (OpenTelemetry), or one
 * of two hundred AWS services.
 */
export type Change = (source: string) => string;

/** Global symbols, under which the changed text finds what defers. */
export const DEFERRED_MODULE = "demo-auth:deferred-module";
export const DEFERRED_FUNCTIONS = "demo-auth:deferred-functions";

/** By file, below `node_modules`. */
export type Changes = Readonly<Record<string, readonly Change[]>>;

export const SDK_CHANGES: Changes = {
  "@pulumi/aws/index.js": [deferred(/__importStar\(require\("\.\/(?!config"|types"|utilities")\w+"\)\)/g)],
  "@pulumi/pulumi/runtime/closure/codePaths.js": [
    deferred('__importStar(require("@npmcli/arborist"))'),
    deferred('__importDefault(require("normalize-package-data"))'),
  ],
  "@pulumi/pulumi/runtime/closure/parseFunction.js": [deferred('require("../../typescript-shim")')],
  "@pulumi/pulumi/cmd/run/tracing.js": [deferredFunctions(/require\("@opentelemetry\/(?!api")[\w-]+"\)/g)],
  // The SDK notes where each of its promises was made, which looks every frame up in a source map, and prints it only where
  // it was asked to.
  "@pulumi/pulumi/runtime/debuggable.js": [
    replaced("value: new Error().stack }", "value: exports.debugPromiseLeaks ? new Error().stack : undefined }"),
  ],
  // Of each resource the SDK tells the engine from which lines of the program it comes; this engine does not ask.
  "@pulumi/pulumi/resource.js": [replaced("static stackTrace(skip) {", "static stackTrace(skip) { return [];")],
  // To serialize functions, the SDK attaches V8's debugger to itself at its start, which makes all code slower to load. When the
  // debugger is enabled later, V8 reports the scripts parsed so far to whoever listens by then.
  "@pulumi/pulumi/cmd/run/index.js": [replaced("return v8Hooks.isInitializedAsync();", "return Promise.resolve();")],
  "@pulumi/pulumi/runtime/closure/v8Hooks.js": [
    replaced(
      "inspectorSession.connect();",
      'inspectorSession.connect(); inspectorSession.addListener("Debugger.scriptParsed", ' +
        "({ params }) => scriptIdToUrlMap.set(params.scriptId, params.url));",
    ),
  ],
};

/** For a program whose debug messages nobody hears: each would wait for the answer to the one before. */
export const QUIET_CHANGES: Changes = {
  "@pulumi/pulumi/log/index.js": [
    replaced(
      "return log(engine, engproto.LogSeverity.DEBUG, msg, resource, streamId, ephemeral);",
      "return Promise.resolve();",
    ),
  ],
};

function replaced(text: string, by: string): Change {
  return (source) => source.replace(text, () => by);
}

/** For modules whose members are read where they are used. */
function deferred(expression: string | RegExp): Change {
  return (source) =>
    source.replace(expression, (load) => `globalThis[Symbol.for("${DEFERRED_MODULE}")](() => ${load})`);
}

/** For modules whose functions and classes are taken out of them when they are loaded. */
function deferredFunctions(expression: string | RegExp): Change {
  return (source) =>
    source.replace(expression, (load) => `globalThis[Symbol.for("${DEFERRED_FUNCTIONS}")](() => ${load})`);
}
