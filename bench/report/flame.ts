/** A flame graph of the request path, from a processor profile of the gateway under load. */
import type { Bench } from "../bench.ts";
import { amount } from "../bench.ts";
import { prepareCloud } from "../cases/preparation.ts";
import { loadOn, sendRequests } from "../load/generate.ts";
import { startCloud } from "../system/cloud.ts";
import { escaped } from "./chart.ts";

/** What the Chrome DevTools Protocol calls Profiler.Profile, as far as it is used. */
export interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
}

interface Frame {
  name: string;
  samples: number;
  children: Map<string, Frame>;
}

export async function drawFlame(bench: Bench): Promise<void> {
  bench.say("a profile of the gateway under load");
  const prepared = await prepareCloud(bench.workspace, { name: "flame" });
  const cloud = await startCloud(bench.workspace, { ...prepared.options, nodeArguments: ["--inspect=127.0.0.1:0"] });
  try {
    const load = { ...loadOn(cloud.api), status: 200, tokenFile: prepared.tokenFile, tokens: "one" } as const;
    await sendRequests({ ...load, requests: amount(bench, 10_000, 1000) });
    const profile = await profileDuring(cloud.subject.said, () =>
      sendRequests({ ...load, requests: amount(bench, 40_000, 4000) }),
    );
    bench.draw(
      "request-flame",
      flameGraph(profile, "Where the gateway's time goes while it answers authorized requests"),
    );
  } finally {
    await cloud.subject.stop();
  }
}

/** @param said what a process with `--inspect` wrote when it started */
export async function profileDuring(said: string, work: () => Promise<unknown>): Promise<CpuProfile> {
  const [address] = /ws:\/\/\S+/.exec(said) ?? [];
  if (address === undefined) throw new Error(`The process told no inspector's address:\n${said}`);
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("The inspector does not answer."));
  });
  const answers = new Map<number, (result: unknown) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) answers.get(id)?.(result);
  };
  const ask = (method: string): Promise<unknown> =>
    new Promise((resolve) => {
      const id = answers.size + 1;
      answers.set(id, resolve);
      socket.send(JSON.stringify({ id, method }));
    });
  await ask("Profiler.enable");
  await ask("Profiler.start");
  await work();
  const { profile } = (await ask("Profiler.stop")) as { profile: CpuProfile };
  socket.close();
  return profile;
}

/** Stacks of one name are one frame; what takes less than a two-hundredth of the time is left out. */
export function flameGraph(profile: CpuProfile, title: string): string {
  const root = merge(profile);
  const [width, rowHeight, top] = [960, 17, 30];
  const frames: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, x: number, depth: number): void => {
    const share = frame.samples / root.samples;
    if (share < 0.005) return;
    deepest = Math.max(deepest, depth);
    const frameWidth = share * width;
    const letters = Math.floor((frameWidth - 6) / 6.2);
    const text = letters < 3 ? "" : frame.name.length > letters ? `${frame.name.slice(0, letters - 1)}…` : frame.name;
    const y = top + depth * rowHeight;
    frames.push(
      `<g><title>${escaped(frame.name)} ${(share * 100).toFixed(1)} %</title><rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, frameWidth - 0.6).toFixed(1)}" height="${rowHeight - 1}" fill="hsl(${hue(frame.name)} 70% 62%)"/>${text === "" ? "" : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(text)}</text>`}</g>`,
    );
    let left = x;
    for (const child of [...frame.children.values()].sort((a, b) => b.samples - a.samples)) {
      draw(child, left, depth + 1);
      left += (child.samples / root.samples) * width;
    }
  };
  draw(root, 0, 0);
  const height = top + (deepest + 1) * rowHeight + 6;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>text{font:11px ui-monospace,monospace;fill:#1f2328}.head{font:600 13px system-ui,sans-serif;fill:#57606a}</style>
<text class="head" x="2" y="18">${escaped(title)} (idle time left out)</text>
${frames.join("\n")}
</svg>
`;
}

/** Children by name, so that one function at several places of the profile is one frame of its parent. */
function merge({ nodes, samples }: CpuProfile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const root: Frame = { name: "the gateway's process", samples: 0, children: new Map() };
  for (const sample of samples) {
    const stack: string[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const { functionName, url, lineNumber } = byId.get(id)!.callFrame;
      const file = url.slice(url.lastIndexOf("/") + 1);
      stack.unshift(functionName || (file === "" ? "(anonymous)" : `${file}:${lineNumber + 1}`));
    }
    stack.shift();
    if (stack.length === 1 && (stack[0] === "(idle)" || stack[0] === "(program)")) continue;
    root.samples++;
    let frame = root;
    for (const name of stack) {
      let child = frame.children.get(name);
      if (child === undefined) {
        child = { name, samples: 0, children: new Map() };
        frame.children.set(name, child);
      }
      child.samples++;
      frame = child;
    }
  }
  return root;
}

/** Warm colours, the same for the same name. */
function hue(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.charCodeAt(0)) % 1009;
  return 8 + (sum % 48);
}
