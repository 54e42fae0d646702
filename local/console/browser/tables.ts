/** The tables with their items, a page at a time, to look at. */
import type { Kit } from "./kit.ts";

interface ListedTable {
  name: string;
  region: string;
  keys: string[];
  indexes: string[];
}

interface ItemsPage {
  items: Record<string, unknown>[];
  count: number;
  next?: string;
}

export function tablesPanel({ byId, make, button, read, show, soon, on }: Kit): void {
  const place = byId("tables-list");
  /** What the list has that stands there: items that somebody looks at are not to be folded away. */
  let shown = "";

  const row = (keys: string[], item: Record<string, unknown>) => {
    const name = keys.map((key) => String(item[key])).join(" · ");
    const text = JSON.stringify(item, null, 2);
    return make(
      "li",
      {},
      make(
        "details",
        {},
        make("summary", {}, make("code", {}, name)),
        make("pre", { tabindex: "0", role: "region", "aria-label": `Item ${name}` }, text),
      ),
    );
  };

  const table = ({ name, region, keys, indexes }: ListedTable) => {
    const items = make("ul", { class: "sources" });
    const count = make("p", { class: "quiet", role: "status" });
    let next = "";
    const load = async () => {
      const query = new URLSearchParams({ name, region, after: next });
      const page = await read<ItemsPage>(`/api/tables/items?${query}`);
      items.append(...page.items.map((item) => row(keys, item)));
      next = page.next ?? "";
      more.hidden = next === "";
      count.textContent = page.count === 1 ? "1 item" : `${page.count} items`;
    };
    const anew = () => {
      next = "";
      items.replaceChildren();
      return load();
    };
    const more = button("More", load, `More items of ${name}`);
    more.hidden = true;
    const details = make(
      "details",
      { class: "request" },
      make("summary", { "aria-label": `Items of ${name}` }, "Items"),
      make("div", { class: "bar" }, count, button("Look again", anew, `Look again at the items of ${name}`)),
      items,
      more,
    );
    details.addEventListener("toggle", () => details.open && items.childElementCount === 0 && anew().catch(() => {}));
    const kinds = [...keys.map((key, at) => `${at === 0 ? "partition" : "sort"} key ${key}`)];
    return make(
      "li",
      {},
      make("p", { class: "what" }, make("strong", {}, name), make("code", {}, region)),
      make("p", { class: "why" }, [...kinds, ...indexes.map((index) => `index ${index}`)].join(", ")),
      details,
    );
  };

  const load = async () => {
    const { tables = [] } = await read<{ tables?: ListedTable[] }>("/api/cloud");
    show("tables", tables.length > 0);
    const known = JSON.stringify(tables);
    if (known === shown) return;
    shown = known;
    place.replaceChildren(...tables.map(table));
  };
  const refresh = soon(load);
  on("*", refresh);
  on<{ outcome: string }>("program", ({ outcome }) => outcome === "running" && refresh());
}
