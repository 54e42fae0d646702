/**
 * What the page's parts share. Like every function in this folder it goes to the browser as its own text, so it may use
 * nothing but its parameters and what a browser has. Text from elsewhere becomes text nodes, never markup.
 */

export interface PageConfig {
  /** Which run of the cloud the page belongs to. */
  run: string;
  /** Proves to the console that a change comes from this page. */
  pageToken: string;
}

export type Content = Node | string | undefined;

export interface Kit {
  byId<T extends HTMLElement = HTMLElement>(id: string): T;
  /** Makes an element; attributes that are `undefined` or `false` are left out. */
  make<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    attributes?: Record<string, string | boolean | undefined>,
    ...content: Content[]
  ): HTMLElementTagNameMap[Tag];
  /** Text whose long words, addresses for the most part, may be broken where their parts meet. */
  breakable(text: string): DocumentFragment;
  button(label: string, work: () => unknown, accessibleName?: string): HTMLButtonElement;
  read<T>(path: string): Promise<T>;
  /** Asks the console to do something. Rejects with its sentence when it refuses. */
  act<T = unknown>(action: string, input: unknown): Promise<T>;
  /** Says something to everybody, screen readers included. */
  tell(message: string, isError?: boolean): void;
  time(at: number | string): HTMLTimeElement;
  /** In the reader's time zone, the same in every locale: `2026-01-12 09:30:00`. */
  moment(date: Date): string;
  /** A button "Actions" that opens over the page what is to be chosen from. */
  menu(label: string, ...items: HTMLElement[]): [opener: HTMLButtonElement, list: HTMLElement];
  /** Shows or hides a section with the link that leads to it. */
  show(section: string, isShown: boolean): void;
  /** JSON laid out for reading; other text as it is. */
  pretty(text: string): string;
  /** Does the work soon after the last of several calls, so that a burst of events costs one look; failures are for the next. */
  soon(work: () => Promise<unknown>): () => void;
  /** Hears the cloud's events by kind; `*` hears each connection's beginning, before the recent events come again. */
  on<Event>(kind: string, listener: (event: Event) => void): void;
}

export function makeKit(config: PageConfig): Kit {
  const byId: Kit["byId"] = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

  const make: Kit["make"] = (tag, attributes = {}, ...content) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    for (const part of content) if (part !== undefined) element.append(part);
    return element;
  };

  const breakable: Kit["breakable"] = (text) => {
    const fragment = document.createDocumentFragment();
    for (const word of text.split(/(?<=\s)/)) {
      // A short word goes to the next line as a whole.
      const parts = word.length < 20 ? [word] : word.split(/(?<=[@.:/_?&=#])(?=\w)|(?<=[a-z])(?=[A-Z][a-z])/);
      for (const [at, part] of parts.entries()) fragment.append(at > 0 ? document.createElement("wbr") : "", part);
    }
    return fragment;
  };

  const tell: Kit["tell"] = (message, isError = false) => {
    const place = byId("message");
    place.className = isError ? "message failed" : "message";
    place.replaceChildren(breakable(message));
  };

  const moment: Kit["moment"] = (date) => {
    const two = (number: number) => String(number).padStart(2, "0");
    const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
    return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
  };

  const answer = async (response: Response) => {
    const body = await response.json().catch(() => undefined);
    if (!response.ok) throw new Error(body?.error?.message ?? `The console answered ${response.status}.`);
    return body;
  };

  const source = new EventSource("/api/events");
  const live = byId("live");
  const listeners: (() => void)[] = [];
  source.addEventListener("error", () => {
    live.className = "live lost";
    live.textContent = "Connection lost; trying again";
  });
  source.addEventListener("hello", (message) => {
    // A cloud that was started anew knows nothing of this page.
    if (JSON.parse((message as MessageEvent<string>).data).run !== config.run) return location.reload();
    live.className = "live";
    live.textContent = "Live";
    for (const listener of listeners) listener();
  });

  return {
    byId,
    make,
    tell,
    breakable,
    button(label, work, accessibleName) {
      const button = make("button", { type: "button", "aria-label": accessibleName }, label);
      button.addEventListener("click", async () => {
        button.disabled = true;
        try {
          await work();
        } catch (error) {
          tell((error as Error).message, true);
        } finally {
          button.disabled = false;
        }
      });
      return button;
    },
    soon(work) {
      let queued: ReturnType<typeof setTimeout>;
      return () => {
        clearTimeout(queued);
        queued = setTimeout(() => work().catch(() => {}), 50);
      };
    },
    read: async (path) => answer(await fetch(path)),
    act: async (action, input) =>
      answer(
        await fetch(`/api/actions/${action}`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-console-token": config.pageToken },
          body: JSON.stringify(input),
        }),
      ),
    time(at) {
      const date = new Date(at);
      return make("time", { datetime: date.toISOString(), title: date.toISOString() }, moment(date));
    },
    moment,
    menu(label, ...items) {
      const opener = make("button", { type: "button", class: "opener", "aria-label": label }, "Actions");
      const list = make("div", { class: "actions", popover: true, role: "group", "aria-label": label }, ...items);
      opener.popoverTargetElement = list;
      const place = (above: boolean) => {
        const { top, bottom, right } = opener.getBoundingClientRect();
        const { clientWidth } = document.documentElement;
        list.style.top = `${scrollY + (above ? top - list.offsetHeight - 4 : bottom + 4)}px`;
        list.style.right = `${clientWidth - right}px`;
      };
      list.addEventListener("beforetoggle", () => place(false));
      list.addEventListener("toggle", () => {
        const { top, bottom } = list.getBoundingClientRect();
        if (bottom > innerHeight && top > list.offsetHeight) place(true);
        addEventListener("resize", () => list.matches(":popover-open") && list.hidePopover(), { once: true });
      });
      // Before the choice is acted on: what opens then gives the focus back to where this menu has put it.
      const choose = (event: Event) => (event.target as HTMLElement).tagName === "BUTTON" && list.hidePopover();
      list.addEventListener("click", choose, { capture: true });
      return [opener, list];
    },
    show(section, isShown) {
      for (const element of document.querySelectorAll<HTMLElement>(`#${section},nav a[href="#${section}"]`))
        element.hidden = !isShown;
    },
    pretty(text) {
      try {
        return JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        return text;
      }
    },
    on(kind, listener) {
      if (kind === "*") listeners.push(listener as () => void);
      else source.addEventListener(kind, (message) => listener(JSON.parse((message as MessageEvent<string>).data)));
    },
  };
}
