/**
 * Keeps one process ready for the next evaluation of a program that is watched: it has loaded the SDKs that the last one
 * loaded and waits. It has read nothing of the project's, and it is thrown away when anything that it was given or has
 * loaded is no longer the same. It ends with its cloud, however that ends: its wait is over when the line to it breaks.
 */
import { statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type ProgramProcess, type ProgramSettings, startProgram } from "./program-process.ts";
import { markOf, type Read } from "./reads.ts";

/** Long enough for the cloud to have answered who waited for the last evaluation. */
export const PREPARED_AFTER_MS = 300;
/** Options of Node's that run something of the project's before the SDKs are loaded. */
const RUNS_CODE = /^(?:-r|--require|--import|--loader|--experimental-loader)\b/;

export class SpareProgram {
  #spare: { settings: ProgramSettings; process: Promise<ProgramProcess | undefined> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #compileCache: string | undefined;
  readonly #delayMs: number;

  /**
   * @param options `compileCache`: of the evaluations that it is for, which it fills while nobody waits; `delayMs`: from an
   *   evaluation's end to the start of the next process
   */
  constructor(options: { compileCache?: string | undefined; delayMs?: number } = {}) {
    this.#compileCache = options.compileCache;
    this.#delayMs = options.delayMs ?? PREPARED_AFTER_MS;
  }

  /**
   * @param ran how the program ran last
   * @param reads what it reported then
   */
  prepareFor(ran: ProgramSettings, reads: readonly Read[]): void {
    this.#discard();
    const settings = { ...ran, compileCache: this.#compileCache };
    const ahead = reads.flatMap(([kind, path]) => (kind === "package" ? [path] : []));
    const { project, environment } = settings;
    const options = [...project.nodeArguments, ...(environment.NODE_OPTIONS ?? "").split(/\s+/)];
    if (this.#closed || ahead.length === 0 || options.some((option) => RUNS_CODE.test(option))) return;
    const start = () => {
      this.#spare = { settings, process: startProgram({ ...settings, ahead }).catch(() => undefined) };
    };
    if (this.#delayMs === 0) start();
    else this.#timer = setTimeout(start, this.#delayMs);
  }

  /** @returns a process that has only to be told to go, if there is one for just this */
  async take(settings: ProgramSettings): Promise<ProgramProcess | undefined> {
    clearTimeout(this.#timer);
    const spare = this.#spare;
    this.#spare = undefined;
    const process = await spare?.process;
    if (!spare || !process) return undefined;
    const isUsable = process.child.exitCode === null && isDeepStrictEqual(spare.settings, settings);
    if (isUsable && process.reads.every(isAsRead)) return process;
    process.end();
    return undefined;
  }

  close(): void {
    this.#closed = true;
    this.#discard();
  }

  #discard(): void {
    clearTimeout(this.#timer);
    this.#spare?.process.then((process) => process?.end());
    this.#spare = undefined;
  }
}

const isAsRead = ([, path, mark]: Read): boolean => markOf(statSync(path, { throwIfNoEntry: false })) === mark;
