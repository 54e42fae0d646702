/**
 * Which route a request belongs to: a full match of method and path, then a greedy path variable, then `$default`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).
 */
import type { HttpRouteModel } from "../../model.ts";

export interface RouteMatch {
  route: HttpRouteModel;
  /** As they stand in the path: not decoded */
  pathParameters: Record<string, string>;
}

interface CompiledRoute {
  route: HttpRouteModel;
  method: string;
  /** Without a greedy last one. */
  segments: readonly string[];
  greedy: string | undefined;
}

export class RouteKeys {
  readonly #routes: readonly CompiledRoute[];
  /** Routes whose path has no variable, by `<method> <path>`: nothing beats them. */
  readonly #literal = new Map<string, HttpRouteModel>();
  readonly #default: HttpRouteModel | undefined;

  constructor(routes: readonly HttpRouteModel[]) {
    this.#default = routes.find(({ routeKey }) => routeKey === "$default");
    const compiled = routes.filter(({ routeKey }) => routeKey !== "$default").map(compile);
    for (const { route, method, segments, greedy } of compiled) {
      if (greedy === undefined && !segments.some(isVariable))
        this.#literal.set(`${method} /${segments.join("/")}`, route);
    }
    this.#routes = compiled.sort(bySpecificity);
  }

  /** @param path below the stage, beginning with `/`; a trailing slash makes it another path */
  match(method: string, path: string): RouteMatch | undefined {
    const literal = this.#literal.get(`${method} ${path}`);
    if (literal) return { route: literal, pathParameters: {} };
    const segments = path === "/" ? [] : path.slice(1).split("/");
    for (const compiled of this.#routes) {
      if (compiled.method !== method && compiled.method !== "ANY") continue;
      const pathParameters = parametersOf(compiled, segments);
      if (pathParameters) return { route: compiled.route, pathParameters };
    }
    return this.#default && { route: this.#default, pathParameters: {} };
  }
}

function compile(route: HttpRouteModel): CompiledRoute {
  const [method = "", path = "/"] = route.routeKey.split(" ");
  const segments = path === "/" ? [] : path.slice(1).split("/");
  const greedy = /^\{(.+)\+\}$/.exec(segments.at(-1) ?? "")?.[1];
  return { route, method, segments: greedy === undefined ? segments : segments.slice(0, -1), greedy };
}

const isVariable = (segment: string) => segment.startsWith("{");

/** Full matches before greedy ones, literal segments before variables, longer paths before shorter ones, ANY last. */
function bySpecificity(a: CompiledRoute, b: CompiledRoute): number {
  if ((a.greedy === undefined) !== (b.greedy === undefined)) return a.greedy === undefined ? -1 : 1;
  for (let i = 0; i < Math.min(a.segments.length, b.segments.length); i++) {
    const difference = Number(isVariable(a.segments[i]!)) - Number(isVariable(b.segments[i]!));
    if (difference !== 0) return difference;
  }
  return b.segments.length - a.segments.length || Number(a.method === "ANY") - Number(b.method === "ANY");
}

function parametersOf(
  { segments, greedy }: CompiledRoute,
  actual: readonly string[],
): Record<string, string> | undefined {
  if (greedy === undefined ? actual.length !== segments.length : actual.length <= segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const found = actual[index]!;
    if (!isVariable(segment)) {
      if (segment !== found) return undefined;
    } else {
      if (found === "") return undefined;
      parameters[segment.slice(1, -1)] = found;
    }
  }
  if (greedy !== undefined) parameters[greedy] = actual.slice(segments.length).join("/");
  return parameters;
}
