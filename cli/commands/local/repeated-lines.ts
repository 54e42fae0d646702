/** Lines that come again at once, as when an SDK tries again what was refused: the first is said, and how often it came again. */

/** An SDK's retries are no further apart. */
const QUIET_MS = 2000;

export interface RepeatedLines {
  /** @returns whether the line is to be said */
  isNew(text: string, at: number): boolean;
  /** Says how often the last line came again: before another line, and at the end. */
  flush(): void;
}

/** @param say hears how often a line came again, in words, and when it did so last */
export function repeatedLines(say: (words: string, at: number) => void): RepeatedLines {
  let last: string | undefined;
  let lastAt = 0;
  let again = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    const words = ["once", "twice"][again - 1] ?? `${again} times`;
    if (again > 0) say(`and ${words} more`, lastAt);
    last = undefined;
    again = 0;
  };
  return {
    isNew(text, at) {
      const isAgain = text === last;
      if (!isAgain) flush();
      else again++;
      last = text;
      lastAt = at;
      clearTimeout(timer);
      timer = setTimeout(flush, QUIET_MS).unref();
      return !isAgain;
    },
    flush,
  };
}
