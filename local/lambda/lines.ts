/** Lines out of a stream of text that comes in pieces. */

/** A longer one is written in parts: the most that an event of CloudWatch Logs may hold. */
const LONGEST_LINE = 1_048_576;
/** What has no line end by then is a line. */
const UNFINISHED_MS = 50;

/** @returns what takes the pieces; `write` hears each line without its end */
export function lineSplitter(write: (line: string) => void): (text: string) => void {
  let unfinished = "";
  let timer: NodeJS.Timeout | undefined;
  const finish = () => {
    const line = unfinished;
    unfinished = "";
    if (line !== "") write(line);
  };
  return (text) => {
    clearTimeout(timer);
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop()!;
    for (const line of lines) write(line);
    if (unfinished.length > LONGEST_LINE) finish();
    if (unfinished !== "") timer = setTimeout(finish, UNFINISHED_MS).unref();
  };
}
