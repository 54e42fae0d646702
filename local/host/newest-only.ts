/** Work of which only the newest counts, such as evaluations of a program that is being edited. */

export class NewestOnly {
  #before: Promise<unknown> = Promise.resolve();
  #newest = new AbortController();

  /**
   * Starts when the work before it has ended, which is told to give up: it might take for ever.
   * @param work hears by its signal when newer work is asked for
   * @returns what comes of it, and the signal
   */
  run<Result>(work: (superseded: AbortSignal) => Promise<Result>): {
    result: Promise<Result>;
    superseded: AbortSignal;
  } {
    this.#newest.abort();
    this.#newest = new AbortController();
    const { signal: superseded } = this.#newest;
    const result = this.#before.then(() => work(superseded));
    this.#before = result.catch(() => {});
    return { result, superseded };
  }
}
