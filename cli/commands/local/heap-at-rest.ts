/**
 * Gives memory back once the local cloud is at rest. V8 lets its heap grow under load and looks at it again only when
 * something is allocated: an idle cloud would keep for days what one busy minute needed.
 */
import type { World } from "../../shared/world.ts";

const REST_MS = 1000;
/** Below this, a collection of the whole heap is not worth its few dozen milliseconds. */
const WORTHWHILE_BYTES = 8 * 1024 * 1024;

/** @returns tells that the cloud is at work */
export function heapAtRest({ heap }: Pick<World, "heap">): () => void {
  let grownFrom = heap.committed();
  let busy = false;
  let resting: NodeJS.Timeout | undefined;

  const watch = () => {
    busy = false;
    // What the heap keeps when this fails harms nobody.
    resting = setTimeout(() => void look().catch(() => {}), REST_MS).unref();
  };
  const look = async (): Promise<void> => {
    resting = undefined;
    if (busy) return watch();
    if (heap.committed() - grownFrom < WORTHWHILE_BYTES) return;
    await heap.release();
    grownFrom = heap.committed();
  };
  return () => {
    busy = true;
    if (resting === undefined) watch();
  };
}
