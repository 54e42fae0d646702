/**
 * A browser without scripts: keeps cookies as a browser does (by host, whatever the port), follows links and
 * redirects on request, reads forms from the HTML and submits them with every field they have.
 */

export interface Form {
  name: string | undefined;
  id: string | undefined;
  method: "GET" | "POST";
  /** Absolute */
  action: string;
  /** Every successful control's value, hidden ones included; buttons are not in it. */
  fields: Record<string, string>;
  /** Each control's attributes by its name, buttons included. */
  controls: Record<string, Record<string, string>>;
}

export interface Page {
  url: string;
  status: number;
  headers: Headers;
  text: string;
  /** Absolute; `undefined` unless a redirect. */
  location: string | undefined;
  forms: Form[];
  /** The texts of `role="alert"` elements, each once. */
  alerts: string[];
}

interface Cookie {
  value: string;
  path: string;
  secure: boolean;
  httpOnly: boolean;
  expires: number | undefined;
}

export class FormBrowser {
  /** `host|name` → cookie */
  readonly cookies = new Map<string, Cookie>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Sends one request and follows nothing. */
  async request(url: string, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers);
    const cookies = this.cookiesFor(url);
    if (cookies !== "" && !headers.has("cookie")) headers.set("cookie", cookies);
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.#keep(new URL(url).hostname, line);
    const text = await response.text();
    const location = response.headers.get("location");
    return {
      url,
      status: response.status,
      headers: response.headers,
      text,
      location: location === null ? undefined : new URL(location, url).href,
      forms: response.headers.get("content-type")?.includes("html") ? readForms(text, url) : [],
      alerts: [...new Set([...text.matchAll(/<(\w+)[^>]*role="alert"[^>]*>(.*?)<\/\1>/gs)].map((m) => plain(m[2]!)))],
    };
  }

  /** Opens a page, following redirects as long as they stay on this machine's hosted UI (`within` holds). */
  async open(url: string, within: (url: string) => boolean = sameOrigin(url)): Promise<Page> {
    let page = await this.request(url);
    for (let hops = 0; page.location !== undefined && within(page.location); hops++) {
      if (hops > 10) throw new Error(`Too many redirects at ${page.location}`);
      page = await this.request(page.location);
    }
    return page;
  }

  /**
   * Fills in and submits a form, following redirects that stay on its origin.
   * @param which the form's name or the path that it goes to; the first such form of the page
   */
  async submit(page: Page, which: string, values: Record<string, string> = {}): Promise<Page> {
    const form = formOf(page, which);
    for (const name of Object.keys(values))
      if (!(name in form.controls)) throw new Error(`The form ${which} has no control ${name}`);
    const body = new URLSearchParams({ ...form.fields, ...values });
    const answer =
      form.method === "POST"
        ? await this.request(form.action, { method: "POST", body, headers: { origin: new URL(page.url).origin } })
        : await this.request(`${form.action.split("?")[0]}?${body}`);
    if (answer.location === undefined || !sameOrigin(form.action)(answer.location)) return answer;
    return this.open(answer.location);
  }

  /** Gives a name and a password to the hosted UI: on one page, or on two as managed login asks for them. */
  async signIn(page: Page, username: string, password: string): Promise<Page> {
    if ("password" in formOf(page, "/login").controls) return this.submit(page, "/login", { username, password });
    return this.submit(await this.submit(page, "/login", { username }), "/login", { password });
  }

  /** The `Cookie` header for an address. */
  cookiesFor(url: string): string {
    const { hostname, protocol, pathname } = new URL(url);
    const fitting: string[] = [];
    for (const [key, cookie] of this.cookies) {
      const [host, name] = key.split("|") as [string, string];
      if (host !== hostname || !pathname.startsWith(cookie.path)) continue;
      if (cookie.secure && protocol !== "https:") continue;
      if (cookie.expires !== undefined && cookie.expires <= this.#now()) continue;
      fitting.push(`${name}=${cookie.value}`);
    }
    return fitting.join("; ");
  }

  #keep(host: string, line: string): void {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(pair.indexOf("=") + 1);
    const attribute = (wanted: string) =>
      attributes.find((each) => each.toLowerCase().startsWith(wanted))?.split("=")[1] ?? undefined;
    const has = (wanted: string) => attributes.some((each) => each.toLowerCase() === wanted);
    const maxAge = attribute("max-age");
    const expires = maxAge === undefined ? Date.parse(attribute("expires") ?? "") : this.#now() + Number(maxAge) * 1000;
    const key = `${host}|${name}`;
    if (!Number.isNaN(expires) && expires <= this.#now()) {
      this.cookies.delete(key);
      return;
    }
    this.cookies.set(key, {
      value,
      path: attribute("path") ?? "/",
      secure: has("secure"),
      httpOnly: has("httponly"),
      expires: Number.isNaN(expires) ? undefined : expires,
    });
  }
}

/** The parameters of a redirect to an application, from its query and its fragment. */
export function redirectParameters(location: string | undefined): Record<string, string> {
  if (location === undefined) throw new Error("This page is not a redirect.");
  const url = new URL(location);
  return { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(new URLSearchParams(url.hash.slice(1))) };
}

function formOf(page: Page, which: string): Form {
  const path = (form: Form) => new URL(form.action).pathname;
  const form = page.forms.find((each) => each.name === which || path(each) === which);
  if (form) return form;
  const there = page.forms.map((each) => each.name ?? path(each));
  throw new Error(`No form ${which} at ${page.url}; there are: ${there.join()}`);
}

const sameOrigin = (url: string) => (other: string) => new URL(url).origin === new URL(other).origin;

function readForms(text: string, base: string): Form[] {
  return [...text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, tag = "", inner = ""]) => {
    const { name, id, method = "get", action = "" } = attributesOf(tag);
    const form: Form = {
      name,
      id,
      method: method.toUpperCase() === "POST" ? "POST" : "GET",
      action: new URL(action, base).href,
      fields: {},
      controls: {},
    };
    for (const [, element, attributes = ""] of inner.matchAll(/<(input|button|textarea)\b([^>]*)>/g)) {
      const control = attributesOf(attributes);
      if (control.name === undefined) continue;
      form.controls[control.name] = control;
      const isButton = element === "button" || control.type?.toLowerCase() === "submit";
      if (!isButton) form.fields[control.name] = control.value ?? "";
    }
    return form;
  });
}

function attributesOf(tag: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, quoted] of tag.matchAll(/([\w-]+)(?:\s*=\s*"([^"]*)")?/g))
    attributes[name!] = plain(quoted ?? "");
  return attributes;
}

/** Text as a person reads it: no tags, entities resolved. */
function plain(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot));/gi, (_, decimal, hex, name) =>
      name === undefined
        ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
        : { amp: "&", lt: "<", gt: ">", quot: '"' }[name.toLowerCase() as "amp"],
    )
    .replace(/\s+/g, " ")
    .trim();
}
