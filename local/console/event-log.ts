/** What happened lately, for the terminal and the console page: the newest events, and whoever listens for more. */
import type { CloudEvent } from "../platform.ts";

/** A person looks at the last of them. Under load, what is kept outlives V8's young generation and makes it grow. */
const KEPT = 250;

export class EventLog {
  readonly #recent: CloudEvent[] = [];
  readonly #listeners = new Set<(event: CloudEvent) => void>();

  emit(event: CloudEvent): void {
    this.#recent.push(event);
    // Dropping half at once keeps the cost of an event constant.
    if (this.#recent.length > 2 * KEPT) this.#recent.splice(0, KEPT);
    for (const listener of this.#listeners) listener(event);
  }

  /** Oldest first. */
  recent(): CloudEvent[] {
    return this.#recent.slice(-KEPT);
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (event: CloudEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
