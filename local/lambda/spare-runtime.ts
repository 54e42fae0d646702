/**
 * A process for the function that was started last, so that its new code waits for none when the program has been evaluated
 * again: most edits are of the one function that somebody works on. Where edits are expected it is kept ready, else it is
 * started when the evaluation begins.
 */
import type { FunctionModel } from "../model.ts";
import type { FunctionSurroundings } from "./function-surroundings.ts";
import { RuntimeProcess, readsFilesAtStart } from "./runtime-process.ts";

interface Started {
  model: FunctionModel;
  newStreamName: () => string;
  surroundings: FunctionSurroundings;
}

export class SpareRuntime {
  readonly #readyAfterMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #last: Started | undefined;
  #spare: RuntimeProcess | undefined;

  /** @param options `readyAfterMs`: from a function's start to that of the process which is kept ready for its next one */
  constructor(options: { readyAfterMs?: number | undefined } = {}) {
    this.#readyAfterMs = options.readyAfterMs;
  }

  /** @returns a process that is to run this function: the one that waits, if it will do */
  processFor(model: FunctionModel, newStreamName: () => string, surroundings: FunctionSurroundings): RuntimeProcess {
    this.#last = { model, newStreamName, surroundings };
    clearTimeout(this.#timer);
    if (this.#readyAfterMs !== undefined) this.#timer = setTimeout(() => this.prepare(), this.#readyAfterMs).unref();
    if (!this.#spare?.suits(model, surroundings)) return new RuntimeProcess(model, newStreamName(), surroundings);
    const spare = this.#spare;
    this.#spare = undefined;
    return spare;
  }

  /** Of the process that waits, if one does. */
  get pid(): number | undefined {
    return this.#spare?.child.pid;
  }

  /** To be called when the program is about to be evaluated again. */
  prepare(): void {
    if (!this.#last) return;
    const { model, newStreamName, surroundings } = this.#last;
    if (this.#spare?.suits(model, surroundings)) return;
    this.close();
    if (readsFilesAtStart(model)) return;
    const spare = new RuntimeProcess(model, newStreamName(), surroundings);
    this.#spare = spare;
    // At once, as long as nobody else can have its process id.
    spare.child.once("exit", () => {
      if (this.#spare === spare) this.close();
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#spare?.end();
    this.#spare = undefined;
  }
}
