/** What the files of this folder share: putting what would invoke a function on AWS into the model. */
import type { Resource } from "../../engine/graph.ts";
import type { EventSourceModel } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { arnOfFunction } from "../lambda/function-arn.ts";
import { stableId } from "../resource-type.ts";

/** Why the resource as a whole is not served. */
export const BY_HAND =
  "nothing here fires by itself; the console's list of functions runs the function with such an event";

export type DeclareEventSource = (resource: Resource, cloud: CloudBuilder) => void;

/** @param target the function, by any name; anything else that is no function of the program's is passed over */
export function addEventSource(
  { urn, name }: Resource,
  cloud: CloudBuilder,
  target: string,
  source: Omit<EventSourceModel, "id" | "name" | "functionArn">,
  part = "",
): void {
  const functionArn = arnOfFunction(cloud, target);
  const { functions, functionsElsewhere, eventSources } = cloud.model;
  const isOwn = [...functions, ...functionsElsewhere].some(
    ({ arn }) => functionArn === arn || functionArn.startsWith(`${arn}:`),
  );
  if (!isOwn) return;
  eventSources.push({
    id: stableId(`${urn}#${part}`, 10),
    name: part === "" ? name : `${name} ${part}`,
    functionArn,
    ...source,
  });
}
