/** What is at some paths of an item (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html). */
import db from "dynalite/db/index.js";
import type { Path } from "./expressions/resolution.ts";
import { asItem, type Item, type Value } from "./item.ts";

/** A value, or what is shown of one. */
type Part = Value | Map<string | number, Part>;

/** @returns an item of its own; of a list it has what is shown, in its order */
export function projected(paths: readonly (Path | string)[], item: Item): Item {
  const whole = new Map<string | number, Part>();
  for (const path of paths.map((path) => (Array.isArray(path) ? path : [path]))) {
    const value = db.mapPath(path, item);
    if (!value) continue;
    let parent = whole;
    for (const piece of path.slice(0, -1)) {
      const inner = (parent.get(piece) as Map<string | number, Part> | undefined) ?? new Map<string | number, Part>();
      parent.set(piece, inner);
      parent = inner;
    }
    parent.set(path.at(-1)!, value);
  }
  return attributes(whole);
}

function attributes(parts: Map<string | number, Part>): Item {
  const item = asItem({});
  for (const [name, part] of parts) item[name] = shownOf(part);
  return item;
}

function shownOf(part: Part): Value {
  if (!(part instanceof Map)) return part;
  const inOrder = [...part]
    .filter(([piece]) => typeof piece === "number")
    .sort(([one], [other]) => Number(one) - Number(other));
  return inOrder.length > 0 ? { L: inOrder.map(([, each]) => shownOf(each)) } : { M: attributes(part) };
}
