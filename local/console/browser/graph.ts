/**
 * The resource graph as a drawing: what a resource is built on stands to its left. An arrow is left out where a longer
 * way says the same. The list beside it has all of it as text.
 */
import type { OverviewResource } from "../overview.ts";

export function drawGraph(resources: OverviewResource[]): SVGSVGElement {
  const width = 152;
  const height = 42;
  const gapX = 24;
  const gapY = 12;
  const longest = 21;

  const nodes = resources.filter(({ kind }) => kind !== "component");
  const byUrn = new Map(nodes.map((node) => [node.urn, node]));
  const needs = new Map(nodes.map(({ urn, dependencies }) => [urn, dependencies.filter((other) => byUrn.has(other))]));
  const reached = new Map<string, Set<string>>();
  const reach = (urn: string): Set<string> => {
    const known = reached.get(urn);
    if (known) return known;
    const all = new Set<string>();
    reached.set(urn, all);
    for (const other of needs.get(urn) ?? []) for (const each of [other, ...reach(other)]) all.add(each);
    return all;
  };
  const arrows = nodes.flatMap(({ urn }) => {
    const direct = needs.get(urn) ?? [];
    return direct
      .filter((other) => !direct.some((between) => between !== other && reach(between).has(other)))
      .map((other) => ({ from: other, to: urn }));
  });

  const columns: string[][] = [];
  const depths = new Map<string, number>();
  const depth = (urn: string): number => {
    const known = depths.get(urn);
    if (known !== undefined) return known;
    const found = Math.max(-1, ...arrows.filter(({ to }) => to === urn).map(({ from }) => depth(from))) + 1;
    depths.set(urn, found);
    return found;
  };
  for (const { urn } of nodes) {
    const column = depth(urn);
    columns[column] ??= [];
    columns[column].push(urn);
  }
  // Beside what it is built on, so that arrows cross little.
  const rows = new Map<string, number>();
  for (const column of columns) {
    const middle = (urn: string) => {
      const left = arrows.filter(({ to }) => to === urn).map(({ from }) => rows.get(from) ?? 0);
      return left.length === 0 ? 0 : left.reduce((sum, row) => sum + row, 0) / left.length;
    };
    column.sort((a, b) => middle(a) - middle(b));
    let next = 0;
    for (const urn of column) {
      rows.set(urn, Math.max(next, Math.round(middle(urn))));
      next = (rows.get(urn) ?? 0) + 1;
    }
  }

  const svg = <Tag extends keyof SVGElementTagNameMap>(
    tag: Tag,
    attributes: Record<string, string | number>,
    ...content: (Node | string)[]
  ) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    element.append(...content);
    return element;
  };
  const left = (urn: string) => (depths.get(urn) ?? 0) * (width + gapX) + 1;
  const top = (urn: string) => (rows.get(urn) ?? 0) * (height + gapY) + 1;
  const short = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

  const lines = arrows.map(({ from, to }) => {
    const [x1, y1] = [left(from) + width, top(from) + height / 2];
    const [x2, y2] = [left(to), top(to) + height / 2];
    return svg("path", { d: `M${x1} ${y1}C${x1 + gapX} ${y1} ${x2 - gapX} ${y2} ${x2} ${y2}` });
  });
  const boxes = nodes.map(({ urn, name, type, kind }) =>
    svg(
      "g",
      { class: kind.replace(" ", "-"), transform: `translate(${left(urn)} ${top(urn)})` },
      svg("title", {}, `${name} (${type}), ${kind}`),
      svg("rect", { width, height, rx: 8 }),
      svg("text", { x: 10, y: 17, class: "name" }, short(name)),
      svg("text", { x: 10, y: 33 }, short(type.split(":").at(-1) ?? type)),
    ),
  );
  const across = columns.length * (width + gapX) - gapX + 2;
  const down = (Math.max(0, ...rows.values()) + 1) * (height + gapY) - gapY + 2;
  return svg(
    "svg",
    {
      viewBox: `0 0 ${across} ${down}`,
      width: across,
      height: down,
      role: "img",
      "aria-label": "Resource graph; the list below says the same",
    },
    ...lines,
    ...boxes,
  );
}
