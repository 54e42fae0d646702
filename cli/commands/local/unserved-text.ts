/** How a start says what the program declares or sets and the local cloud does not serve. */
import type { ReadyDocument } from "../../../local/host/ready-document.ts";
import { safeText } from "../../shared/text.ts";

type Unserved = ReadyDocument["declaredNotEmulated"][number];

export interface Section {
  heading: string;
  lines: string[];
  /** Whether they are short enough to stand in one line. */
  isList?: true;
}

/** What decides who is let in comes first, a line each; whole resources without a word to say come last, in one line. */
export function unservedSections(unserved: readonly Unserved[]): Section[] {
  const guarding = unserved.filter(({ guards }) => guards);
  const others = unserved.filter(({ guards }) => !guards);
  const explained = others.filter(({ property, reason }) => property !== undefined || reason !== undefined);
  const plain = others.filter(({ property, reason }) => property === undefined && reason === undefined);
  const sections: Section[] = [
    { heading: "Decides who is let in, and is not served: what it guards is refused", lines: guarding.map(sentence) },
    { heading: "Set, and not served", lines: explained.map(sentence) },
    { heading: "Declared, not emulated", lines: plain.map(nameOf), isList: true },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** `pool (UserPool) userPoolAddOns: threat protection does not run here` */
function sentence(entry: Unserved): string {
  const subject = entry.property === undefined ? nameOf(entry) : `${nameOf(entry)} ${safeText(entry.property, 100)}`;
  return entry.reason === undefined ? subject : `${subject}: ${safeText(entry.reason, 300)}`;
}

function nameOf({ name, type }: Unserved): string {
  return `${safeText(name, 100)} (${safeText(type.slice(type.lastIndexOf(":") + 1), 60)})`;
}
