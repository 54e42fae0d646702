/**
 * Loaded before a program: changes Pulumi's SDKs in memory, as `sdk-changes.ts` says, so that they load what few programs
 * use when it is used, and `sdk-additions.ts`, so that it tells more. With `?quiet` it sends no debug messages, with
 * `?preview` it makes up what a program requires and does not get, with `?cache=<folder>` Node keeps the compiled code of what is loaded there, by its content.
 */
import { enableCompileCache, registerHooks } from "node:module";
import { PREVIEW_ADDITIONS, SDK_ADDITIONS } from "./sdk-additions.ts";
import { DEFERRED_FUNCTIONS, DEFERRED_MODULE, QUIET_CHANGES, SDK_CHANGES } from "./sdk-changes.ts";

const asked = new URL(import.meta.url).searchParams;
const changes = {
  ...SDK_ADDITIONS,
  ...SDK_CHANGES,
  ...(asked.has("quiet") && QUIET_CHANGES),
  ...(asked.has("preview") && PREVIEW_ADDITIONS),
};
const PACKAGES = "/node_modules/";

type Load = () => object;

const cache = asked.get("cache");
if (cache !== null) enableCompileCache(cache);

Object.defineProperty(globalThis, Symbol.for(DEFERRED_MODULE), { value: deferredModule });
Object.defineProperty(globalThis, Symbol.for(DEFERRED_FUNCTIONS), { value: deferredMembers });

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const { source } = loaded;
    const mine = changes[url.slice(url.lastIndexOf(PACKAGES) + PACKAGES.length)];
    if (!mine || source === undefined || source === null) return loaded;
    const text = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString();
    return { ...loaded, source: mine.reduce((changed, change) => change(changed), text) };
  },
});

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
      set: (_, name, value) => Reflect.set(module(), name, value),
      has: (_, name) => Reflect.has(module(), name),
      deleteProperty: (_, name) => Reflect.deleteProperty(module(), name),
      defineProperty: (target, name, property) =>
        Reflect.defineProperty(module(), name, property) &&
        // Only of what its target has too, a Proxy may say that it cannot be configured.
        (property.configurable !== false || Reflect.defineProperty(target, name, property)),
      getPrototypeOf: () => Reflect.getPrototypeOf(module()),
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
