/** Which processes are there, and which are still there after two seconds. */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Where nobody collects orphans, an ended one stays listed. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** @returns those that are there after two seconds */
export async function leftOf(pids: number[]): Promise<number[]> {
  const until = performance.now() + 2000;
  while (performance.now() < until && pids.some(isAlive)) await wait(20);
  return pids.filter(isAlive);
}
