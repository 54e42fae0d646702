/** Words of a command line that can be pasted. It imports nothing: the program's start reads it. */

/** What a terminal does not show, or acts on: a pasted line would be another one. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** As `$'…'` has it (POSIX.1-2024, Shell Command Language, 2.2.4). */
function bytesInOctal(character: string): string {
  if (character === "\n") return "\\n";
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** A word of a command line for a POSIX shell. Words that stand for something, such as `<path>`, stay readable. */
export function quoted(word: string): string {
  if (/^([\w./@:+=,-]+|<[a-z]+>)$/.test(word)) return word;
  const shown = word.slice(0, 500);
  if (!hidden.test(shown)) return `'${shown.replaceAll("'", "'\\''")}'`;
  const escaped = shown.replace(/['\\]/g, "\\$&").replace(new RegExp(hidden, "gu"), bytesInOctal);
  return `$'${escaped}'`;
}
