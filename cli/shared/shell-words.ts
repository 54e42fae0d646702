/** Words of a command line that can be pasted. It imports nothing: the program's start reads it. */

/** A word of a command line for a POSIX shell. Words that stand for something, such as `<path>`, stay readable. */
export function quoted(word: string): string {
  if (/^([\w./@:+=,-]+|<[a-z]+>)$/.test(word)) return word;
  return `'${word.slice(0, 500).replaceAll("'", "'\\''")}'`;
}
