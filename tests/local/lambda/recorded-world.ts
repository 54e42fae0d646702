/** A world whose clock a test may set, and which remembers what was told to it. */
import { randomBytes, randomUUID } from "node:crypto";
import { openStore } from "../../../local/store/store.ts";
import type { CloudEvent, World } from "../../../local/world.ts";

export interface RecordedWorld extends World {
  events: CloudEvent[];
  /** Holds the clock at this instant; without it, the real time passes. */
  setTime(milliseconds: number): void;
}

export function recordedWorld(): RecordedWorld {
  const events: CloudEvent[] = [];
  let frozen: number | undefined;
  return {
    events,
    setTime: (milliseconds) => {
      frozen = milliseconds;
    },
    now: () => frozen ?? Date.now(),
    randomUUID: () => randomUUID(),
    randomBytes: (size) => randomBytes(size),
    store: openStore(":memory:"),
    emit: (event) => {
      events.push(event);
    },
  };
}
