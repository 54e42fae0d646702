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
  /** Origin of a running local cloud's console. */
  console: string | undefined;
  /** Which of several users of it; `undefined` for the one without a name. */
  account: string | undefined;
  callbackUrls: string[];
  logoutUrls: string[];
  flow: Flow;
  /** `undefined`: an access token where the route has scopes, else an ID token. */
  tokenUse: TokenUse | undefined;
  scopes: string[];
  /** What the app client signs people in with, where that is known. */
  identityProviders: string[] | undefined;
  routes: Route[];
}

export function targetBinding(target: Target): Binding {
  return {
    issuer: target.issuer,
    clientId: target.clientId,
    hostedUi: target.hostedUiUrl,
    account: target.account,
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
  return fitting.find((route) => route.path === path) ?? fitting.find((route) => fillIn(route.path, path));
}

/** What methods a path takes. */
export function methodsAt(routes: readonly Route[], path: string): string[] {
  return routes.filter((route) => fillIn(route.path, path)).map(({ method }) => method);
}

/** The route that can be called as it stands, to go on with after a sign-in: a GET without parameters. */
export function routeToTry<R extends Pick<Route, "method" | "path">>(routes: readonly R[]): R | undefined {
  return routes.find(({ method, path }) => method === "GET" && !path.includes("{"));
}

/**
 * The known path that differs from the asked one in letter case only, with the asked one's own parameter values;
 * `undefined` when the asked path is known, or none fits.
 */
export function caseCorrectedPath(routes: readonly Route[], path: string): string | undefined {
  if (routes.some((route) => fillIn(route.path, path))) return undefined;
  for (const route of routes) {
    const corrected = fillIn(route.path, path, (segment) => segment.toLowerCase());
    if (corrected) return corrected;
  }
  return undefined;
}

/**
 * Fits a path into a template such as `/orders/{id}` or `/files/{path+}`, in time that grows with the product of their
 * lengths: a template comes from a file that somebody else may have written.
 * @param alike what two segments are compared by
 * @returns the template with the path's values, or `undefined` when it does not fit
 */
function fillIn(template: string, path: string, alike = (segment: string) => segment): string | undefined {
  const wanted = template.split("/");
  const given = path.split("/");
  // A parameter takes one segment at least.
  if (wanted.length > given.length) return undefined;
  /** For each segment of the path, where the match of the template's last segment so far may end: how many it took. */
  let ends: (number | undefined)[] = [0, ...given.map(() => undefined)];
  const taken: (number | undefined)[][] = [];
  for (const segment of wanted) {
    const next: (number | undefined)[] = Array(given.length + 1);
    for (let at = 0; at < given.length; at++) {
      const here = given[at]!;
      const begins = ends[at] !== undefined;
      if (/^\{[^{}]+\+\}$/.test(segment)) {
        // It goes on from where it began, or from one segment further on.
        if (begins && here !== "") next[at + 1] = 1;
        else if (next[at] !== undefined) next[at + 1] = next[at]! + 1;
      } else if (begins && (/^\{[^{}]+\}$/.test(segment) ? here !== "" : alike(here) === alike(segment)))
        next[at + 1] = 1;
    }
    taken.push(next);
    ends = next;
  }
  if (ends[given.length] === undefined) return undefined;
  const filled: string[] = [];
  for (let last = wanted.length - 1, end = given.length; last >= 0; last--) {
    const count = taken[last]![end]!;
    const isParameter = /^\{.+\}$/.test(wanted[last]!);
    filled.unshift(isParameter ? given.slice(end - count, end).join("/") : wanted[last]!);
    end -= count;
  }
  return filled.join("/");
}
