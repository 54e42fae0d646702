/**
 * Writes `docs/local-resources.md` from the contracts of the resource types: `node scripts/write-resource-reference.ts`.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RESOURCE_TYPES } from "../local/resources/aws.ts";
import type { AnyContract } from "../local/resources/contract.ts";
import type { ResourceType } from "../local/resources/resource-type.ts";

/** The whole page. */
export function resourceReference(): string {
  const types = RESOURCE_TYPES.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  return `${[INTRODUCTION, ...types.map(section)].join("\n\n")}\n`;
}

const INTRODUCTION = `<!-- Written by scripts/write-resource-reference.ts; edit the contracts in local/resources instead. -->

# What the local cloud does with each resource type

Every input of every type stands in one of three lists, or in the first two when only some of its values are served. What a program
sets and is *not served* is named at each start, in the ready document and in the console, with its reason. Where it decides who is
let in, what it guards is refused on the wire.
Types that are not on this page are answered with an id, a name and an ARN, and listed as declared and not emulated.`;

interface Row {
  property: string;
  because: string;
  guards: boolean;
}

function section({ type, inputs = {}, older = {} }: ResourceType): string {
  const served: string[] = [];
  const withoutEffect: Row[] = [];
  const notServed: Row[] = [];
  const sort = (contract: AnyContract, path: string) => {
    for (const [name, treatment] of Object.entries(contract)) {
      const property = path + name;
      if ("parts" in treatment) sort(treatment.parts, `${property}.`);
      else if (treatment.kind === "served") {
        served.push(`\`${property}\``);
        if (treatment.except) notServed.push({ property, because: treatment.except.because, guards: false });
      } else if (treatment.kind === "without effect")
        withoutEffect.push({ property, because: treatment.because, guards: false });
      else notServed.push({ property, because: treatment.because, guards: treatment.guards });
    }
  };
  sort({ ...inputs, ...older }, "");
  return [
    `## ${type}`,
    ...(served.length > 0 ? [`Served: ${served.join(", ")}`] : []),
    ...table("not served", notServed),
    ...table("without effect", withoutEffect),
  ].join("\n\n");
}

/** Inputs with the same reason share a row. */
function table(heading: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const byReason = Map.groupBy(rows, ({ because, guards }) =>
    guards ? `**refused on the wire**: ${because}` : because,
  );
  const lines = [...byReason].map(
    ([reason, same]) =>
      `| ${same.map(({ property }) => `\`${property}\``).join(", ")} | ${reason.replaceAll("|", "\\|")} |`,
  );
  return [[`| ${heading} | because |`, "|---|---|", ...lines].join("\n")];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("../docs/local-resources.md", import.meta.url), resourceReference());
}
