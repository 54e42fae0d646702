/**
 * Where to sign in and what to call: one user pool, one app client, and usually one API.
 */
import type { Flow } from "../oauth/authorization-request.ts";
import type { Binding, TokenUse } from "../sessions/session.ts";
import type { Route } from "./settings.ts";

export interface Target {
  kind: "local" | "stack" | "file" | "environment" | "profile";
  /** For the person: `local demo-auth/dev`, `stack prod`, `demo-auth.json`. */
  label: string;
  issuer: string;
  clientId: string;
  hostedUiUrl: string | undefined;
  apiUrl: string | undefined;
  callbackUrls: string[];
  logoutUrls: string[];
  flow: Flow;
  /** `undefined`: an access token where the route has scopes, else an ID token. */
  tokenUse: TokenUse | undefined;
  scopes: string[];
  routes: Route[];
}

export function targetBinding(target: Target): Binding {
  return {
    issuer: target.issuer,
    clientId: target.clientId,
    apiOrigin: target.apiUrl === undefined ? undefined : new URL(target.apiUrl).origin,
  };
}

/**
 * API Gateway's rule: an authorizer on a method without scopes takes the ID token, one with scopes an access token that
 * holds one of them (Cognito user pool authorizers, "Integrate a REST API with a user pool").
 */
export function tokenUseFor(target: Target, route: Route | undefined): TokenUse {
  if (route?.scopes) return route.scopes.length > 0 ? "access" : "id";
  if (target.tokenUse) return target.tokenUse;
  return target.routes.some((known) => known.scopes?.length) ? "access" : "id";
}

/** The route that a request would reach. An exact path wins over one with parameters, as on API Gateway. */
export function findRoute(routes: readonly Route[], method: string, path: string): Route | undefined {
  const fitting = routes.filter((route) => route.method === method || route.method === "ANY");
  return (
    fitting.find((route) => route.path === path) ?? fitting.find((route) => pathPattern(route.path, "").test(path))
  );
}

/**
 * The known path that differs from the asked one in letter case only, with the asked one's own parameter values;
 * `undefined` when the asked path is known, or none fits.
 */
export function caseCorrectedPath(routes: readonly Route[], path: string): string | undefined {
  if (routes.some((route) => pathPattern(route.path, "").test(path))) return undefined;
  for (const route of routes) {
    const match = pathPattern(route.path, "i").exec(path);
    if (!match) continue;
    let parameter = 0;
    return route.path.replace(/\{[^}]+\}/g, () => match[++parameter] ?? "");
  }
  return undefined;
}

function pathPattern(template: string, flags: "" | "i"): RegExp {
  const escaped = template
    .split(/(\{[^}]+\})/)
    .map((part) =>
      part.startsWith("{") ? (part.endsWith("+}") ? "(.+)" : "([^/]+)") : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    )
    .join("");
  return new RegExp(`^${escaped}$`, flags);
}
