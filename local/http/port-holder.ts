/** Who listens on a port of this machine, where the system tells: on Linux, and of processes that this user may look into. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { safeText } from "../terminal-text.ts";

/** The state of a listening socket in `/proc/net/tcp` (https://docs.kernel.org/networking/proc_net_tcp.html). */
const LISTEN = "0A";
const LONGEST_COMMAND = 60;

/** @returns `undefined` where it is not known */
export function holderOfPort(port: number): { pid: number; command: string } | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const sockets = new Set(
      ["tcp", "tcp6"].flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
    );
    const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && holdsOne(name, sockets));
    if (pid === undefined) return undefined;
    return { pid: Number(pid), command: safeText(programOf(pid), LONGEST_COMMAND) };
  } catch {
    return undefined;
  }
}

function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync(`/proc/net/${table}`, "latin1")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) && state === LISTEN)
    .map((fields) => fields[9]!);
}

function holdsOne(pid: string, sockets: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`)));
  } catch {
    // Another user's, or gone.
    return false;
  }
}

/** What was started, without its folder: a thread's own name, as Node 24 gives itself, says little. */
function programOf(pid: string): string {
  const [started = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  return basename(started) || readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}
