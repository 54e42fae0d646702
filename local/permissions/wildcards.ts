/** Patterns of IAM's policies and of function permissions: `*` any number of characters, `/` and none included, `?` one. */

/**
 * Each `*` takes as little as the rest of the pattern allows, and only the last one ever takes more: a text, which may be a
 * client's path, costs no more than its length times the pattern's.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let [at, atText] = [0, 0];
  let star: { after: number; taken: number } | undefined;
  while (atText < text.length) {
    if (pattern[at] === "*") star = { after: ++at, taken: atText };
    else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[atText])) {
      at++;
      atText++;
    } else if (star) {
      at = star.after;
      atText = ++star.taken;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
