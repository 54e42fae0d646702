/**
 * Ends the processes that this one has started when it dies without a chance to, as by `kill -9`: a shell of a megabyte that
 * reads from a pipe which the system closes with this process, however it ends. One for all clouds of a process, there
 * while there is something to look after. Windows has no such shell; there a process that does not heed its closed channel stays.
 */
import { type ChildProcess, spawn } from "node:child_process";

/** Reads `+ <number> <pid> <mark>` and `- <number>`; at the end of its input, what was not taken back is ended. */
const SCRIPT = `
set -f
kept=
while read -r sign number pid mark; do
  others=
  for each in $kept; do [ "\${each%%:*}" = "$number" ] || others="$others $each"; done
  kept=$others
  [ "$sign" = + ] && kept="$kept $number:$pid:$mark"
done
marks=
for each in $kept; do
  each=\${each#*:}
  kill -9 "-\${each%%:*}"
  kill -9 "\${each%%:*}"
  marks="$marks -e \${each#*:}"
done
[ -n "$marks" ] && [ -d /proc/self ] || exit 0
set +f
for look in 1 2 3; do
  for file in $(grep -lF $marks /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -9 "\${pid%/environ}"
  done
done
`;

/** For a process whose own descendants end with it: no environment has this word. */
export const UNMARKED = "nothing-is-marked-with-this";

/** Nothing to look after for so long, and the shell ends, too: it takes a few milliseconds to start. */
const ENDS_AFTER_MS = 1000;

let reaper: ChildProcess | undefined;
let ending: NodeJS.Timeout | undefined;
/** What the shell was told of each, under a number of its own: the system gives a process id to others once its process has ended. */
const lookedAfter = new Map<number, string>();
let numbers = 0;

/**
 * @param pid a process, which may lead a group of its own
 * @param mark a word of letters and digits that only this process and its descendants have in their environment
 * @returns what takes it back, once the process has ended
 */
export function reapWithUs(pid: number, mark: string): () => void {
  if (process.platform === "win32") return () => {};
  clearTimeout(ending);
  const number = ++numbers;
  const line = `+ ${number} ${pid} ${mark}\n`;
  lookedAfter.set(number, line);
  if (reaper) {
    reaper.stdin!.write(line);
  } else {
    reaper = start();
    reaper.stdin!.write([...lookedAfter.values()].join(""));
  }
  return () => {
    if (!lookedAfter.delete(number)) return;
    reaper?.stdin?.write(`- ${number}\n`);
    if (lookedAfter.size === 0) ending = setTimeout(end, ENDS_AFTER_MS).unref();
  };
}

function end(): void {
  reaper?.stdin?.end();
  reaper = undefined;
}

function start(): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SCRIPT], {
    // A session of its own: Ctrl-C is not for it.
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell, everything works except this.
  child.on("error", () => {});
  // Somebody has ended it: the next one is told everything.
  child.on("exit", () => {
    if (reaper === child) reaper = undefined;
  });
  child.stdin!.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
