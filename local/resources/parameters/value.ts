/** Values that a program may make of what only AWS knows: the resource is there, and its value is not. */
import type { Resource } from "../../engine/graph.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { text } from "../resource-type.ts";
import { holdsUnknownOutput } from "../unknown-outputs.ts";

const NO_VALUE = "it has no value here, and reading it is refused: the program gives none, or one that only AWS knows";

/**
 * @param names of the inputs of which one holds the value
 * @returns the input and its text; `undefined` when there is none to serve, which the start then names
 */
export function knownValue(
  resource: Resource,
  names: readonly string[],
  cloud: CloudBuilder,
): { name: string; value: string } | undefined {
  for (const name of names) {
    const value = text(resource.inputs[name]);
    if (value !== undefined && value !== "" && !holdsUnknownOutput(value)) return { name, value };
  }
  const property = names.find((name) => resource.inputs[name] !== undefined) ?? names[0]!;
  cloud.nameUnserved(resource, [{ property, reason: NO_VALUE, guards: false }]);
  return undefined;
}
