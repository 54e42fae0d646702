/**
 * What a resource needs and does not wait for. Pulumi makes in parallel whatever is not connected, so that on AWS the one is
 * there in time on one run and not on another; here the order does not matter.
 */
import type { Resource } from "../engine/graph.ts";
import type { CloudBuilder } from "./cloud-builder.ts";
import { few } from "./few.ts";

type IsNeeded = (resource: Resource) => boolean;

/** Warns when `pulumi up` may deploy an API before all of its parts are there: a deployment is a snapshot (CreateDeployment). */
export function warnOfUnawaitedParts(deployment: Resource, kind: string, isPart: IsNeeded, cloud: CloudBuilder): void {
  const unawaited = unawaitedBy(deployment, isPart, cloud);
  if (unawaited.length === 0) return;
  cloud.warn(
    `The ${kind} deployment "${deployment.name}" does not wait for ${few(unawaited.map(named))}: \`pulumi up\` may fail, or deploy without what is not there yet. Give it an option dependsOn that names them.`,
  );
}

/** Warns when AWS refuses a resource that is made before another, which it names and does not wait for. */
export function warnOfUnawaited(resource: Resource, isNeeded: IsNeeded, cloud: CloudBuilder): void {
  for (const needed of unawaitedBy(resource, isNeeded, cloud)) {
    cloud.warnOfEach(
      "creation order",
      `${named(resource)} (${named(needed)})`,
      (pairs) =>
        `\`pulumi up\` may fail, since these do not wait for what AWS wants to be there first: ${few(pairs)}. Give each an option dependsOn, or the other's output in place of a name.`,
    );
  }
}

const named = ({ type, name }: Resource): string => `${type.split(":").at(-1)} "${name}"`;

function unawaitedBy(resource: Resource, isNeeded: IsNeeded, { resources }: CloudBuilder): Resource[] {
  const needed = resources.filter((other) => !other.existing && isNeeded(other));
  if (needed.length === 0) return [];
  const awaited = awaitedBy(resource, resources);
  return needed.filter((other) => !awaited.has(other));
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
