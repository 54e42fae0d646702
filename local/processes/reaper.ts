/**
 * Ends the processes that this one has started when it dies without a chance to, as by `kill -9`: a shell of a megabyte that
 * reads from a pipe which the system closes with this process, however it ends. One for all clouds of a process, started
 * with the first thing to look after. Windows has no such shell; there a process that does not heed its closed channel stays.
 */
import { type ChildProcess, spawn } from "node:child_process";

/** Reads `+ <pid> <mark>` and `- <pid>`; at the end of its input, what was not taken back is ended. */
const SCRIPT = `
set -f
kept=
while read -r sign pid mark; do
  others=
  for each in $kept; do [ "\${each%%:*}" = "$pid" ] || others="$others $each"; done
  kept=$others
  [ "$sign" = + ] && kept="$kept $pid:$mark"
done
marks=
for each in $kept; do
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

let reaper: ChildProcess | undefined;

/**
 * @param pid a process, which may lead a group of its own
 * @param mark a word of letters and digits that only this process and its descendants have in their environment
 * @returns what takes it back, once the process has ended
 */
export function reapWithUs(pid: number, mark: string): () => void {
  if (process.platform === "win32") return () => {};
  tell(`+ ${pid} ${mark}\n`);
  return () => tell(`- ${pid}\n`);
}

function tell(line: string): void {
  reaper ??= start();
  reaper.stdin!.write(line);
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
  child.stdin!.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
