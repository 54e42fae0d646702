/** The comparison and the growth as SVG, for the documentation: readable on light and dark pages, without scripts. */
import { type Figure, goalText, valueText, verdictOf } from "../measure/figure.ts";

/** How a cost grows with the work. */
export interface Growth {
  /** e.g. `users in the pool` */
  by: string;
  /** What was measured, e.g. `authorized requests` */
  of: string;
  points: { at: number; perSecond: number }[];
}

const STYLE = `<style>
text{font:13px system-ui,sans-serif;fill:#24292f}.dim{fill:#6e7781;font-size:12px}.head{font-weight:600}
.track{fill:#eaeef2}.met{fill:#1a7f37}.missed{fill:#bc4c00}.goal{stroke:#24292f;stroke-width:2}.line{fill:none;stroke-width:2}.axis{stroke:#d0d7de}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.dim{fill:#8d96a0}.track{fill:#21262d}.met{fill:#3fb950}.missed{fill:#db6d28}.goal{stroke:#e6edf3}.axis{stroke:#30363d}}
</style>`;

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

function svg(width: number, height: number, title: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
${STYLE}
${content}
</svg>
`;
}

/** Each figure with a goal as a bar: how far it is on the good side of its goal, which is the line in the middle. */
export function goalChart(figures: readonly Figure[]): string {
  const shown = figures.filter(({ goal, value }) => goal !== undefined && value !== undefined);
  const row = 44;
  const width = 760;
  const middle = width / 2;
  const bars = shown.map((figure, index) => {
    const { name, part, value = 0, goal, unit } = figure;
    const ratio = "atLeast" in goal! ? value / goal.atLeast : goal!.atMost / Math.max(value, Number.MIN_VALUE);
    // A doubling is as far as a halving; three doublings fill the side.
    const reach = Math.max(-1, Math.min(1, Math.log2(Math.max(ratio, 0.001)) / 3));
    const length = Math.max(2, Math.abs(reach) * (middle - 20));
    const top = 34 + index * row;
    const verdict = verdictOf(figure) === "met" ? "met" : "missed";
    return `<text x="8" y="${top + 12}">${escaped(`${part.split(":")[0]!.split(",")[0]}: ${name}`)}</text>
<rect class="track" x="8" y="${top + 18}" width="${width - 16}" height="12" rx="3"/>
<rect class="${verdict}" x="${(reach < 0 ? middle - length : middle).toFixed(1)}" y="${top + 18}" width="${length.toFixed(1)}" height="12" rx="3"/>
<text class="dim" x="${width - 8}" y="${top + 12}" text-anchor="end">${escaped(`${valueText(value, unit)}, goal ${goalText(goal, unit)}`)}</text>`;
  });
  const height = 44 + shown.length * row;
  return svg(
    width,
    height,
    "Each figure beside its goal",
    `<text class="dim" x="8" y="18">worse than the goal</text><text class="dim" x="${width - 8}" y="18" text-anchor="end">better than the goal (each third of the side is a doubling)</text>
${bars.join("\n")}
<line class="goal" x1="${middle}" y1="26" x2="${middle}" y2="${height - 8}"/>`,
  );
}

const COLOURS = ["#0969da", "#bf3989", "#1a7f37", "#bc4c00"];

/** Each growth as a line: the rate beside that of the least work, over the work on a logarithmic axis. */
export function growthChart(growths: readonly Growth[]): string {
  const kinds = [...new Set(growths.map(({ by }) => by))];
  const [panelWidth, panelHeight, margin] = [250, 230, 34];
  const panels = kinds.map((kind, column) => {
    const lines = growths.filter(({ by }) => by === kind);
    const most = Math.max(...lines.flatMap(({ points }) => points.map(({ at }) => at)));
    const least = Math.min(...lines.flatMap(({ points }) => points.map(({ at }) => at)));
    const x = (at: number) =>
      column * panelWidth + margin + (Math.log(at / least) / Math.log(most / least)) * (panelWidth - 2 * margin);
    const y = (share: number) => 40 + (1 - Math.min(share, 1.25) / 1.25) * (panelHeight - 80);
    const ticks = [...new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))].map(
      (at) =>
        `<text class="dim" x="${x(at).toFixed(1)}" y="${panelHeight - 22}" text-anchor="middle">${at.toLocaleString("en-US")}</text>`,
    );
    const drawn = lines.map(({ of, points }, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const base = points[0]!.perSecond;
      const path = points.map(
        ({ at, perSecond }, step) => `${step === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(perSecond / base).toFixed(1)}`,
      );
      return `<path class="line" stroke="${colour}" d="${path.join("")}"/>
<text x="${column * panelWidth + margin}" y="${panelHeight + index * 18}" style="fill:${colour}">${escaped(of)}: ${points.map(({ perSecond }) => `${Math.round(perSecond).toLocaleString("en-US")}/s`).join(", ")}</text>`;
    });
    return `<text class="head" x="${column * panelWidth + margin}" y="20">${escaped(kind)}</text>
${[0, 0.5, 1]
  .map(
    (share) =>
      `<line class="axis" x1="${column * panelWidth + margin}" x2="${(column + 1) * panelWidth - margin}" y1="${y(share).toFixed(1)}" y2="${y(share).toFixed(1)}"/><text class="dim" x="${column * panelWidth + margin - 4}" y="${(y(share) + 4).toFixed(1)}" text-anchor="end">${share}</text>`,
  )
  .join("\n")}
${ticks.join("\n")}
${drawn.join("\n")}`;
  });
  const title = "Rate as the work grows, beside the rate of the least work";
  return svg(kinds.length * panelWidth, panelHeight + 40, title, panels.join("\n"));
}
