/** Counts the requests that are being answered, so that a generation ends with its last answer. */
import type { RequestListener } from "node:http";

export class RequestsInFlight {
  #count = 0;
  #whenNone: (() => void)[] = [];

  /** @returns the listener, whose requests count until they are answered */
  counted(listener: RequestListener): RequestListener {
    return (request, response) => {
      this.#count++;
      response.once("close", () => {
        if (--this.#count === 0) for (const resolve of this.#whenNone.splice(0)) resolve();
      });
      listener(request, response);
    };
  }

  /** Resolves when none is being answered. */
  none(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenNone.push(resolve));
  }
}
