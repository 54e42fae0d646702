/** What the console page shows of a generation: what runs and where, and every resource with its place in the tutorial. */

import type { ResourceGraph } from "../engine/graph.ts";
import type { ReadyDocument } from "../host/ready-document.ts";
import { tutorialStep } from "./tutorial.ts";

export interface Overview {
  cloud: ReadyDocument;
  resources: OverviewResource[];
}

export interface OverviewResource {
  urn: string;
  /** URN; absent for what stands at the top of the stack. */
  parent: string | undefined;
  /** Its logical name. */
  name: string;
  /** e.g. `aws:cognito/userPool:UserPool` */
  type: string;
  kind: "component" | "emulated" | "declared only";
  /** What the program sets on it and the local cloud does not serve: `property: why`. */
  unserved: { property: string; reason: string; guards: boolean }[];
  /** The tutorial's step that it takes. */
  step: string | undefined;
  /** URNs of the resources that it is built on. */
  dependencies: string[];
}

export function overview(cloud: ReadyDocument, graph: ResourceGraph): Overview {
  const shown = graph.resources.filter(({ type }) => !type.startsWith("pulumi:"));
  const urns = new Set(shown.map(({ urn }) => urn));
  const listed = Map.groupBy(cloud.declaredNotEmulated, ({ type, name }) => `${type} ${name}`);
  return {
    cloud,
    resources: shown.map((resource) => {
      const { urn, parent, name, type, custom } = resource;
      const entries = listed.get(`${type} ${name}`) ?? [];
      const isServed = entries.every(({ property }) => property !== undefined);
      const kind = !custom ? "component" : isServed ? "emulated" : "declared only";
      return {
        urn,
        parent: urns.has(parent) ? parent : undefined,
        name,
        type,
        kind,
        unserved: entries.flatMap(({ property, reason = "", guards = false }) =>
          property === undefined ? [] : [{ property, reason, guards }],
        ),
        step: tutorialStep(resource),
        dependencies: resource.dependencies.filter((dependency) => urns.has(dependency) && dependency !== urn),
      };
    }),
  };
}
