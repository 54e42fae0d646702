/**
 * While a program is evaluated again, starts a process for the function that was started last, so that the new code of it
 * waits for no process. Most edits are of the one function that somebody works on; nothing waits while nothing is edited.
 */
import type { FunctionModel } from "../model.ts";
import type { FunctionSurroundings } from "./function-surroundings.ts";
import { RuntimeProcess } from "./runtime-process.ts";

interface Started {
  model: FunctionModel;
  newStreamName: () => string;
  surroundings: FunctionSurroundings;
}

export class SpareRuntime {
  #last: Started | undefined;
  #spare: RuntimeProcess | undefined;

  /** @returns a process that is to run this function: the one that waits, if it will do */
  processFor(model: FunctionModel, newStreamName: () => string, surroundings: FunctionSurroundings): RuntimeProcess {
    this.#last = { model, newStreamName, surroundings };
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
    this.#spare = new RuntimeProcess(model, newStreamName(), surroundings);
  }

  close(): void {
    this.#spare?.end();
    this.#spare = undefined;
  }
}
