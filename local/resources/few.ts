/** Lists in sentences for people. */

/** @returns the first few of a list, and how many more there are: `a, b, c, d, e and 3 more` */
export function few(items: readonly string[]): string {
  const shown = items.slice(0, 5).join(", ");
  return items.length > 5 ? `${shown} and ${items.length - 5} more` : shown;
}
