/**
 * `_X_AMZN_TRACE_ID`, the environment variable that names the invocation's trace
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
 */
import { syncBuiltinESMExports } from "node:module";

const NAME = "_X_AMZN_TRACE_ID";

/**
 * Puts the variable in front of `process.env` instead of into it: the C library keeps every value that a variable ever had,
 * and this one changes with every invocation.
 * @returns sets it, or takes it away with `undefined`
 */
export function traceVariable(): (value: string | undefined) => void {
  let current: string | undefined;
  const descriptor = () =>
    current === undefined ? undefined : { value: current, writable: true, enumerable: true, configurable: true };
  process.env = new Proxy(process.env, {
    get: (env, name) => (name === NAME ? current : env[name as string]),
    has: (env, name) => (name === NAME ? current !== undefined : name in env),
    ownKeys: (env) => (current === undefined ? Reflect.ownKeys(env) : [...Reflect.ownKeys(env), NAME]),
    getOwnPropertyDescriptor: (env, name) =>
      name === NAME ? descriptor() : Reflect.getOwnPropertyDescriptor(env, name),
    set(env, name, value) {
      if (name === NAME) current = String(value);
      else env[name as string] = value;
      return true;
    },
    defineProperty(env, name, given) {
      if (name !== NAME) return Reflect.defineProperty(env, name, given);
      current = String(given.value);
      return true;
    },
    deleteProperty(env, name) {
      if (name === NAME) current = undefined;
      else delete env[name as string];
      return true;
    },
  });
  syncBuiltinESMExports();
  return (value) => {
    current = value;
  };
}
