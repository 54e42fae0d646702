/** What is said of evaluations that follow each other: that one goes on, and only those warnings that the one before did not make. */

const FIRST_WORD_MS = 15_000;

export interface Evaluations {
  begins(): void;
  /** @param resources how many the program has made so far */
  progress(resources: number): void;
  /** Whether a warning is to be said. */
  isNews(warning: string): boolean;
  /** @param complete whether the program came to its end, and so had made every warning that it makes */
  ends(complete: boolean): void;
}

/** @param goesOn hears after how many milliseconds an evaluation has still not ended, and each time after twice as many */
export function evaluations(goesOn: (afterMs: number, resources: number) => void): Evaluations {
  let known = new Set<string>();
  let said = new Set<string>();
  let resources = 0;
  let timer: NodeJS.Timeout | undefined;
  const waitUntil = (afterMs: number, fromMs: number) => {
    timer = setTimeout(() => {
      goesOn(afterMs, resources);
      waitUntil(afterMs * 2, afterMs);
    }, afterMs - fromMs).unref();
  };
  return {
    begins() {
      clearTimeout(timer);
      resources = 0;
      waitUntil(FIRST_WORD_MS, 0);
    },
    progress(made) {
      resources = made;
    },
    isNews(warning) {
      said.add(warning);
      return !known.has(warning);
    },
    ends(complete) {
      clearTimeout(timer);
      known = new Set(complete ? said : [...known, ...said]);
      said = new Set();
    },
  };
}
