/** What a route is, and the rules of API Gateway that a table of routes must keep. */
import * as pulumi from "@pulumi/pulumi";

export type Route = (ReadingRoute | WritingRoute) & {
  /** As API Gateway writes it: `/transactions/{id}`, or `/files/{path+}` for everything below. */
  path: `/${string}`;
  /** The file `handlers/<handler>.ts`, which exports `handler`. Several routes may share one. */
  handler: string;
  /** `<resource server>/<scope>`; asked of the access token when the stack authorizes by scopes. */
  scope: `${string}/${string}`;
};

interface ReadingRoute {
  method: "GET" | "DELETE";
  /** Refused with 400 by API Gateway, before the function runs, when it does not fit. */
  input?: { query?: QueryInput };
}

interface WritingRoute {
  method: "POST" | "PUT" | "PATCH";
  input?: { query?: QueryInput; body?: JsonSchema };
}

export type QueryInput = Readonly<Record<string, "required" | "optional">>;

/** JSON Schema as API Gateway models take it: draft 4, `$ref` only within the schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** @throws RunError that names every fault, when API Gateway would refuse the table or serve it otherwise than it reads */
export function defineRoutes(routes: readonly Route[]): readonly Route[] {
  const faults = routeFaults(routes).map((fault) => `\n  - ${fault}`);
  if (faults.length > 0) throw new pulumi.RunError(`infra/routes.ts:${faults.join("")}`);
  return routes;
}

export const handlersOf = (routes: readonly Route[]): string[] => [...new Set(routes.map((route) => route.handler))];

export const scopesOf = (routes: readonly Route[]): string[] => [...new Set(routes.map((route) => route.scope))];

const pathForm = /^(?:\/(?:[\w.-]+|\{[\w-]+\}))*\/(?:[\w.-]+|\{[\w-]+\+?\})$/;
const scopeForm = /^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+(?:\/[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+)+$/;

export function routeFaults(routes: readonly Route[]): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  /** The one variable that may stand below a path, by that path. */
  const variables = new Map<string, string>();
  for (const { method, path, handler, scope } of routes) {
    const route = `${method} ${path}`;
    const refuse = (wrong: boolean, why: string) => wrong && faults.push(`${route}${why}`);
    refuse(seen.has(route), " is there twice; remove one.");
    seen.add(route);
    const form = "a path is made of /names and /{variables}, and ends without a slash; {variable+} only last.";
    refuse(!pathForm.test(path), `: ${form}`);
    refuse(!/^[\w-]+$/.test(handler), `: the handler ${JSON.stringify(handler)} is not a file name in handlers/.`);
    const written = "is not written <resource server>/<scope>.";
    refuse(!scopeForm.test(scope), `: the scope ${JSON.stringify(scope)} ${written}`);
    const segments = path.split("/");
    for (const [index, segment] of segments.entries()) {
      if (!segment.startsWith("{")) continue;
      const parent = segments.slice(0, index).join("/") || "/";
      const sibling = variables.get(parent) ?? segment;
      const one = `already has the variable ${sibling}, and API Gateway allows one; use the same name.`;
      refuse(sibling !== segment, `: ${parent} ${one}`);
      variables.set(parent, segment);
    }
  }
  return faults;
}
