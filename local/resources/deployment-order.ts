/**
 * What a deployment does not wait for. It is a snapshot (CreateDeployment), and Pulumi makes in parallel whatever is not
 * connected, so that what it is missing is there on one run and not on another; here it counts in any case.
 */
import type { Resource } from "../engine/graph.ts";
import type { CloudBuilder } from "./cloud-builder.ts";
import { few } from "./few.ts";

/** Whether a deployment of this API holds the resource. */
type IsPart = (resource: Resource) => boolean;

/** Warns when `pulumi up` may deploy before all of the API's parts are there. */
export function warnOfUnawaited(deployment: Resource, kind: string, isPart: IsPart, cloud: CloudBuilder): void {
  const awaited = awaitedBy(deployment, cloud.resources);
  const unawaited = cloud.resources.filter(
    (resource) => !resource.existing && isPart(resource) && !awaited.has(resource),
  );
  if (unawaited.length === 0) return;
  const names = few(unawaited.map(({ type, name }) => `${type.split(":").at(-1)} "${name}"`));
  cloud.warn(
    `The ${kind} deployment "${deployment.name}" does not wait for ${names}: \`pulumi up\` may fail, or deploy without what is not there yet. Give it an option dependsOn that names them.`,
  );
}

/** @returns all that is complete before this one is begun */
function awaitedBy(resource: Resource, all: readonly Resource[]): Set<Resource> {
  const byUrn = new Map(all.map((each) => [each.urn, each]));
  const awaited = new Set<Resource>();
  const visit = (urns: readonly string[]) => {
    for (const urn of urns) {
      const dependency = byUrn.get(urn);
      if (!dependency || awaited.has(dependency)) continue;
      awaited.add(dependency);
      visit(dependency.dependencies);
    }
  };
  visit(resource.dependencies);
  return awaited;
}
