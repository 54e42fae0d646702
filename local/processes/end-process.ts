/**
 * Ends a process together with everything that it started: its group, its descendants, and, on Linux, whatever still carries
 * a mark in its environment although it has a session of its own and its parent is gone.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Running {
  pid: number;
  parent: number;
  group: number;
  /** As `NAME=value` with a NUL after each; empty where the system does not tell. */
  environment: string;
}

/** What was forked while the others were being ended is found by another look. */
const MOST_LOOKS = 5;

/**
 * @param pid a process that leads a group of its own
 * @param mark a text that only this process and its descendants have in their environment
 */
export function endProcess(pid: number, mark: string): void {
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
    return;
  }
  for (let look = 0; look < MOST_LOOKS; look++) {
    const family = familyOf(pid, mark, runningProcesses());
    kill(-pid);
    for (const member of family) kill(member);
    if (family.length === 0) return;
  }
}

function familyOf(pid: number, mark: string, processes: Running[]): number[] {
  const family = new Set([pid]);
  const belongs = ({ parent, group, environment }: Running) =>
    family.has(parent) || group === pid || environment.includes(mark);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const one of processes) if (belongs(one)) family.add(one.pid);
  }
  return processes.map((one) => one.pid).filter((member) => family.has(member));
}

function runningProcesses(): Running[] {
  if (process.platform !== "linux") return listedProcesses();
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The command's name stands in brackets and may hold brackets itself.
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") return [];
      return [{ pid: Number(name), parent: Number(parent), group: Number(group), environment: environmentOf(name) }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/** Empty for other users' processes. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

function listedProcesses(): Running[] {
  const { stdout } = spawnSync("ps", ["-axo", "pid=,ppid=,pgid=,stat="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [pid, parent, group, state = "Z"] = line.trim().split(/\s+/);
    return state.startsWith("Z")
      ? []
      : [{ pid: Number(pid), parent: Number(parent), group: Number(group), environment: "" }];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
