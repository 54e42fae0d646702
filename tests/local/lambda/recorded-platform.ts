/** A platform whose clock a test may set, and which remembers what was told to it. */
import { randomBytes, randomUUID } from "node:crypto";
import type { CloudEvent, Platform } from "../../../local/platform.ts";
import { openStore } from "../../../local/store/store.ts";

export interface RecordedPlatform extends Platform {
  events: CloudEvent[];
  /** Holds the clock at this instant; without it, the real time passes. */
  setTime(milliseconds: number): void;
}

export function recordedPlatform(): RecordedPlatform {
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
