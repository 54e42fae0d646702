/** What every part of the bench is given. */
import type { Figure } from "./measure/figure.ts";
import type { Workspace } from "./system/workspace.ts";

export interface Bench {
  workspace: Workspace;
  /** A short run, for trying: the figures are rough. */
  quick: boolean;
  /** How often each pair of runs is repeated. */
  pairs: number;
  report(figure: Figure): void;
  say(what: string): void;
}

/** @param long what a real run takes */
export const amount = (bench: Bench, long: number, short: number): number => (bench.quick ? short : long);

/** Runs both sides in turn, the other one first every second time. */
export async function inPairs<T>(
  pairs: number,
  own: () => Promise<T>,
  other: () => Promise<T>,
): Promise<{ own: T[]; other: T[] }> {
  const seen = { own: [] as T[], other: [] as T[] };
  for (let index = 0; index < pairs; index++) {
    if (index % 2 === 0) {
      seen.own.push(await own());
      seen.other.push(await other());
    } else {
      seen.other.push(await other());
      seen.own.push(await own());
    }
  }
  return seen;
}
