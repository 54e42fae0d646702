/** Figures of runs that were taken in pairs: demo-auth's, and those of what it is held beside. */
import type { Figure, Goal } from "./figure.ts";
import { median, medianDifference, medianRatio } from "./statistics.ts";

export interface Runs {
  own: number[];
  other: number[];
}

export interface Compared {
  part: string;
  name: string;
  goal?: Goal | undefined;
  /** Of the samples, with its space if it has one: ` ms` unless told. */
  unit?: string;
}

/** How many times the other side's. */
export function ratio(compared: Compared, runs: Runs): Figure {
  return { ...sides(compared, runs), value: medianRatio(runs.own, runs.other), unit: "times" };
}

/** How many milliseconds over the other side's. */
export function difference(compared: Compared, runs: Runs): Figure {
  return { ...sides(compared, runs), value: medianDifference(runs.own, runs.other), unit: "ms" };
}

function sides({ part, name, goal, unit = " ms" }: Compared, samples: Runs): Omit<Figure, "value" | "unit"> {
  const shown = (side: number[]) => `${Math.round(median(side)).toLocaleString("en-US")}${unit}`;
  return { part, name, own: shown(samples.own), other: shown(samples.other), goal, samples };
}
