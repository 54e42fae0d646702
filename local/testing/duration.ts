/** Durations as people write them in tests. */
import { CloudError } from "./cloud-error.ts";

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * @param duration `"2h"`, `"1d12h30m"`, or milliseconds
 * @returns milliseconds
 * @throws CloudError for anything else, and for time that would run back
 */
export function milliseconds(duration: string | number): number {
  if (typeof duration === "number" && Number.isFinite(duration) && duration >= 0) return duration;
  if (typeof duration === "string" && /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(duration)) {
    const parts = duration.matchAll(/([\d.]+)(ms|s|m|h|d)/g);
    return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
  }
  throw new CloudError(
    "duration_invalid",
    `${JSON.stringify(duration)} is not a duration.`,
    'Write milliseconds, or a text such as "2h", "90s" or "1d12h".',
  );
}
