/** One line of the table: what was measured, beside what, and whether the goal is met. */

export interface Figure {
  /** The part of the bench that it belongs to, e.g. `Authorized request`. */
  part: string;
  /** e.g. `against serverless-offline` */
  name: string;
  /** What was seen of demo-auth, for a person: `21,340/s`. */
  own: string;
  /** What was seen of the other side, for a person; empty when there is none. */
  other: string;
  /** What the goal is about; `undefined` when it could not be measured here. */
  value: number | undefined;
  unit: "times" | "ms" | "bytes" | "MB" | "/s";
  goal: Goal | undefined;
  /** What the value was made of, in the order it was taken. */
  samples?: { own: number[]; other?: number[] };
  /** Why there is no value. */
  absent?: string;
}

export type Goal = { atLeast: number } | { atMost: number };

export type Verdict = "met" | "not met" | "no goal" | "absent";

export function verdictOf({ value, goal }: Pick<Figure, "value" | "goal">): Verdict {
  if (value === undefined) return "absent";
  if (goal === undefined) return "no goal";
  const met = "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
  return met ? "met" : "not met";
}

/** Peers that need another registry, or whose command is not there, are said to be absent rather than left out. */
export function absentFigure(part: string, name: string, why: string): Figure {
  return { part, name, own: "", other: "", value: undefined, unit: "times", goal: undefined, absent: why };
}

export function valueText(value: number, unit: Figure["unit"]): string {
  switch (unit) {
    case "times":
      return `${value >= 10 ? value.toFixed(1) : value.toFixed(2)} ×`;
    case "ms":
      return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ms`;
    case "MB":
      return `${value.toFixed(1)} MB`;
    default:
      return `${Math.round(value).toLocaleString("en-US")}${unit === "bytes" ? " bytes" : unit}`;
  }
}

export function goalText(goal: Goal | undefined, unit: Figure["unit"]): string {
  if (goal === undefined) return "";
  return "atLeast" in goal ? `≥ ${valueText(goal.atLeast, unit)}` : `≤ ${valueText(goal.atMost, unit)}`;
}
