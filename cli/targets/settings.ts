/**
 * What describes a target, whoever says so: a Pulumi stack's outputs, `demo-auth.json`, the environment, a profile or a
 * running local cloud. All of it is parsed here, once; a project file can come with a cloned repository, so addresses
 * are restricted and tokens are never read from it.
 */

import { checkAddress, checkIssuer, cognitoIssuer } from "../oauth/addresses.ts";
import type { Flow } from "../oauth/authorization-request.ts";
import type { TokenUse } from "../sessions/session.ts";
import { CliError } from "../shared/errors.ts";
import { safeText } from "../shared/text.ts";

export interface Route {
  method: string;
  /** e.g. `/transactions/{id}` */
  path: string;
  /** Scopes of which an access token needs one; none: an ID token; `undefined`: the source does not say. */
  scopes: string[] | undefined;
  /** Whether it is known to let in whoever comes. */
  open?: boolean;
}

/** Every field is optional; the resolver says which are missing. */
export interface TargetSettings {
  issuer?: string;
  clientId?: string;
  /** Origin of the user pool's domain. */
  hostedUiUrl?: string;
  /** The stage's URL, without a closing slash. */
  apiUrl?: string;
  callbackUrls?: string[];
  logoutUrls?: string[];
  flow?: Flow;
  tokenUse?: TokenUse;
  scopes?: string[];
  /** What the app client signs people in with: `COGNITO`, `Google`, a provider's own name. */
  identityProviders?: string[];
  routes?: Route[];
}

export type SettingName = keyof TargetSettings;

/** The ports and hosts that this project's app clients register, for targets that do not list their own. */
export const defaultCallbackUrls: readonly string[] = callbackUrlsFor([47810, 47811, 47812, 47813, 47814]);

export function callbackUrlsFor(ports: readonly number[]): string[] {
  return ["127.0.0.1", "localhost"].flatMap((host) => ports.map((port) => `http://${host}:${port}/callback`));
}

const known = new Set([
  "region",
  "userPoolId",
  "clientId",
  "hostedUiUrl",
  "issuer",
  "apiUrl",
  "callbackUrls",
  "logoutUrls",
  "flow",
  "tokenUse",
  "scopes",
  "identityProviders",
  "routes",
  "$schema",
]);

/** Hears of one setting that cannot be used. */
export type OnInvalid = (error: CliError, at: { setting: SettingName; source: string }) => void;

const refuse: OnInvalid = (error) => {
  throw error;
};

/**
 * Parses settings with the names of the stack outputs.
 * @param source for messages, e.g. `demo-auth.json`
 * @param warn hears of keys that mean nothing here; left out for sources that rightly hold more
 * @param onInvalid hears of each setting that cannot be used, which is then left out; without it, the first is thrown
 * @throws CliError `configuration_invalid` naming source, key and fix
 */
export function parseSettings(
  raw: unknown,
  source: string,
  warn?: (message: string) => void,
  onInvalid = refuse,
): TargetSettings {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new CliError("configuration_invalid", `${source} does not hold a JSON object.`, {
      next: "Write it with: pulumi stack output --json > demo-auth.json",
    });
  }
  const values = raw as Record<string, unknown>;
  for (const key of Object.keys(values)) {
    if (!known.has(key)) warn?.(`${source}: "${safeText(key, 60)}" is not a setting and is ignored.`);
  }
  const read = new Reader(values, source, onInvalid);
  const settings: TargetSettings = {};
  const region = read.text("region", /^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as us-east-1");
  const userPoolId = read.text("userPoolId", /^[\w-]+_[0-9A-Za-z]+$/, "an id such as us-east-1_AbCdEfGhI");
  const issuer = read.address("issuer", checkIssuer);
  const isOthers = issuer && userPoolId && !issuer.endsWith(`/${userPoolId}`);
  if (isOthers) read.refuse("issuer", `belongs to another user pool than userPoolId (${safeText(userPoolId)})`);
  const poolRegion = region ?? userPoolId?.split("_")[0];
  const derived = userPoolId && poolRegion ? cognitoIssuer(poolRegion, userPoolId) : undefined;
  assign(settings, "issuer", isOthers ? undefined : (issuer ?? derived));
  assign(settings, "clientId", read.text("clientId", /^[\w+]{1,128}$/, "an app client's id"));
  assign(settings, "hostedUiUrl", originOf(read.address("hostedUiUrl", checkAddress)));
  assign(settings, "apiUrl", read.address("apiUrl", checkAddress)?.replace(/\/+$/, ""));
  assign(settings, "callbackUrls", read.urls("callbackUrls"));
  assign(settings, "logoutUrls", read.urls("logoutUrls"));
  assign(settings, "flow", read.oneOf("flow", ["implicit", "code"] as const));
  assign(settings, "tokenUse", read.oneOf("tokenUse", ["id", "access"] as const));
  assign(settings, "scopes", read.list("scopes"));
  assign(settings, "identityProviders", read.list("identityProviders"));
  assign(settings, "routes", read.routes());
  return settings;
}

function assign<K extends SettingName>(settings: TargetSettings, key: K, value: TargetSettings[K] | undefined): void {
  if (value !== undefined) settings[key] = value;
}

function originOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).origin;
}

class Reader {
  readonly #values: Record<string, unknown>;
  readonly #source: string;
  readonly #onInvalid: OnInvalid;

  constructor(values: Record<string, unknown>, source: string, onInvalid: OnInvalid) {
    this.#values = values;
    this.#source = source;
    this.#onInvalid = onInvalid;
  }

  /** @returns `undefined`, for the value that is not there then */
  refuse(key: SettingName | "region" | "userPoolId", why: string): undefined {
    const error = new CliError("configuration_invalid", `${this.#source}: "${key}" ${why}.`, {
      next: ["Correct it there, or take it out", { say: "To see what can be used", command: "config" }],
    });
    // These two make an issuer.
    const setting = key === "region" || key === "userPoolId" ? "issuer" : key;
    this.#onInvalid(error, { setting, source: this.#source });
  }

  text(key: "region" | "userPoolId" | "clientId", pattern: RegExp, wanted: string): string | undefined {
    const value = this.#present(key);
    if (value === undefined) return undefined;
    if (typeof value !== "string" || !pattern.test(value)) return this.refuse(key, `must be ${wanted}`);
    return value;
  }

  address(key: SettingName, check: typeof checkAddress): string | undefined {
    const value = this.#present(key);
    if (value === undefined) return undefined;
    const address = typeof value === "string" ? check(value) : { ok: false as const, reason: "must be a URL" };
    if (!address.ok) return this.refuse(key, address.reason);
    // What the parser understood, not the text: it has no control characters, and no second reading.
    return address.url.href;
  }

  oneOf<T extends string>(key: SettingName, allowed: readonly T[]): T | undefined {
    const value = this.#present(key);
    if (value === undefined) return undefined;
    if (!allowed.includes(value as T)) return this.refuse(key, `must be ${allowed.join(" or ")}`);
    return value as T;
  }

  list(key: SettingName): string[] | undefined {
    const value = this.#present(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string" && item !== "")) {
      return this.refuse(key, "must be a list of strings");
    }
    return value;
  }

  urls(key: SettingName): string[] | undefined {
    const texts = this.list(key);
    // Compared as text by the identity provider (RFC 3986 §6.2.1), so it stays as it is written.
    const isSound = texts?.every((text) => URL.canParse(text) && /^[\x21-\x7e]+$/.test(text)) ?? true;
    return isSound ? texts : this.refuse(key, "must be a list of absolute URLs");
  }

  routes(): Route[] | undefined {
    const value = this.#present("routes");
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.refuse("routes", "must be a list");
    const routes = value.map((item) => {
      const [method, path] = typeof item === "string" ? item.split(" ") : [Object(item).method, Object(item).path];
      const { scopes } = Object(item);
      const listed =
        scopes === undefined || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string"));
      const sound = typeof method === "string" && typeof path === "string" && listed;
      return sound ? { method: method.toUpperCase(), path, scopes } : undefined;
    });
    return routes.every((route) => route !== undefined)
      ? routes
      : this.refuse("routes", 'must hold objects such as {"method": "GET", "path": "/transactions"}');
  }

  #present(key: string): unknown {
    const value = this.#values[key];
    return value === null || value === "" ? undefined : value;
  }
}
