/** The resource graph: components and what they hold, each with its step of the tutorial and what it is built on. */
import type { Overview, OverviewResource } from "../overview.ts";
import type { Kit } from "./kit.ts";
import type { Tools } from "./tools.ts";

export function resourcesPanel({ byId, make, breakable, read, soon, on }: Kit, { drawGraph }: Tools): void {
  const place = byId("resource-tree");

  const load = async () => {
    const { cloud, resources } = await read<Overview>("/api/overview");
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const idOf = (urn: string) => `resource-${resources.findIndex((resource) => resource.urn === urn)}`;
    const shortType = (type: string) => type.split(":").at(-1) ?? type;

    const item = (resource: OverviewResource): HTMLElement => {
      const { urn, name, type, kind, unserved, step, dependencies } = resource;
      const children = resources.filter(({ parent }) => parent === urn);
      const line = make(
        "div",
        { class: "resource", id: idOf(urn), tabindex: "-1" },
        make(
          "p",
          {},
          make("strong", {}, breakable(name)),
          " ",
          make("code", { title: type }, shortType(type)),
          " ",
          make("span", { class: `badge ${kind === "emulated" ? "good" : "plain"}` }, kind),
        ),
      );
      if (unserved.length > 0) {
        const entries = unserved.map(({ property, reason, guards }) =>
          make(
            "li",
            {},
            make("code", {}, breakable(property)),
            guards ? " is refused on the wire: " : " is not served: ",
            reason,
          ),
        );
        line.append(make("ul", { class: "quiet" }, ...entries));
      }
      if (step) line.append(make("p", { class: "step" }, `Tutorial: ${step}`));
      // A component is no more than its parts.
      const own = kind === "component" ? [] : dependencies.filter((other) => byUrn.get(other)?.kind !== "component");
      if (own.length > 0) {
        const links = own.flatMap((other, index) => [
          index > 0 ? ", " : "",
          make("a", { href: `#${idOf(other)}` }, byUrn.get(other)?.name ?? ""),
        ]);
        line.append(make("p", { class: "quiet" }, "built on ", ...links));
      }
      return make(
        "li",
        { class: kind.replace(" ", "-") },
        line,
        children.length > 0 ? make("ul", {}, ...children.map(item)) : undefined,
      );
    };
    const top = resources.filter(({ parent }) => parent === undefined);
    byId("resource-graph").replaceChildren(drawGraph(resources));
    place.replaceChildren(make("ul", { class: "tree" }, ...top.map(item)));
    const counted = (kind: OverviewResource["kind"]) => resources.filter((resource) => resource.kind === kind).length;
    byId("resource-count").textContent =
      `${cloud.project.name} declares ${counted("emulated") + counted("declared only")} resources: ${counted("emulated")} are emulated here, ${counted("declared only")} only declared.`;
  };
  const refresh = soon(load);
  on("*", refresh);
  on<{ outcome: string }>("program", ({ outcome }) => outcome === "running" && refresh());
}
