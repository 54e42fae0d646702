/**
 * What mapping templates assign to `$context.requestOverride` and `$context.responseOverride`: it counts more than parameter
 * mappings, and what a request template sets is there in the response template too
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html).
 */
import { ContextMap, print } from "./velocity/java-values.ts";

export interface TemplateOverrides {
  request: ContextMap;
  response: ContextMap;
}

export const newOverrides = (): TemplateOverrides => ({
  request: new ContextMap([
    ["header", new ContextMap()],
    ["path", new ContextMap()],
    ["querystring", new ContextMap()],
  ]),
  response: new ContextMap([["header", new ContextMap()]]),
});

/** By name; the values of a list are joined. */
export function overridden(of: ContextMap | undefined, part: "header" | "path" | "querystring"): [string, string][] {
  const map = of?.get(part);
  if (!(map instanceof Map)) return [];
  return [...map].map(([name, value]) => [name, Array.isArray(value) ? value.map(print).join(",") : print(value)]);
}

/** @returns `undefined` when none was set, or one that is not a status */
export function statusOverride(overrides: TemplateOverrides | undefined): number | undefined {
  const status = Number(print(overrides?.response.get("status")) || Number.NaN);
  return Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}
