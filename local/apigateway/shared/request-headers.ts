/** Header fields as they arrived: casing, order and repetitions kept. */

export interface RequestHeaders {
  /** Name, value, name, value … */
  readonly raw: readonly string[];
  /** Every value of a name, in the order of arrival. */
  all(lowerCaseName: string): string[];
  /** The last value of a name, the one that API Gateway works with. */
  last(lowerCaseName: string): string | undefined;
}

/** @param raw name, value, name, value … */
export function requestHeaders(raw: readonly string[]): RequestHeaders {
  return {
    raw,
    all(name) {
      const values: string[] = [];
      for (let i = 0; i < raw.length; i += 2) if (isNamed(raw[i]!, name)) values.push(raw[i + 1]!);
      return values;
    },
    last(name) {
      for (let i = raw.length - 2; i >= 0; i -= 2) if (isNamed(raw[i]!, name)) return raw[i + 1];
      return undefined;
    },
  };
}

function isNamed(header: string, lowerCaseName: string): boolean {
  return header.length === lowerCaseName.length && header.toLowerCase() === lowerCaseName;
}
