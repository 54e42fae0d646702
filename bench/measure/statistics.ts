/** What is made of samples: medians, spread, and ratios of runs that were taken in pairs. */

/** @throws RangeError without samples */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/**
 * The value below which that share of the samples lies, interpolated between the two nearest ones.
 * @param share from 0 to 1
 * @throws RangeError without samples
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError("There is no percentile of nothing.");
  const sorted = samples.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

/**
 * The median of the ratios of runs that were taken side by side, so that what slows the machine for a while slows both.
 * @throws RangeError when the runs do not pair
 */
export function medianRatio(own: readonly number[], other: readonly number[]): number {
  if (own.length !== other.length) throw new RangeError(`${own.length} runs do not pair with ${other.length}.`);
  return median(own.map((value, index) => value / other[index]!));
}

/** The median of the differences of runs that were taken side by side. @throws RangeError when they do not pair */
export function medianDifference(own: readonly number[], other: readonly number[]): number {
  if (own.length !== other.length) throw new RangeError(`${own.length} runs do not pair with ${other.length}.`);
  return median(own.map((value, index) => value - other[index]!));
}

/**
 * How the end compares with the beginning.
 * @param moments when each thing was done, in order, milliseconds from the start
 * @returns the rate of the last tenth over that of the first tenth
 */
export function lastTenthOverFirst(moments: readonly number[]): number {
  const tenth = Math.floor(moments.length / 10);
  if (tenth === 0) throw new RangeError("Fewer than ten moments have no tenths.");
  const first = moments[tenth - 1]!;
  const last = moments.at(-1)! - moments.at(-1 - tenth)!;
  return first / last;
}
