/**
 * Keeps `process.nextTick` fast in a process that lives long.
 *
 * Node makes an object of each tick, a literal with computed keys. V8 remembers such a literal by its hidden class, weakly:
 * when a major collection comes while no tick is pending, it forgets the class and makes every later tick by a slow path,
 * for good (measured: 0.3 µs become 2 to 4). An answered request takes several ticks. One tick that stays keeps the class.
 */
import { executionAsyncResource } from "node:async_hooks";

let kept: object | undefined;

/** To be called before the first major collection, that is early; once is enough. */
export function keepTick(): void {
  if (kept) return;
  process.nextTick(() => {
    kept = executionAsyncResource();
  });
}
