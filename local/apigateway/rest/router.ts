/**
 * Which resource and method a path belongs to: literal segments before `{name}`, before `{name+}`; a resource without
 * the method lets a less specific one that has it answer
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html).
 */
import type { ApiResourceModel } from "../../model.ts";

interface Node<R> {
  literal: Map<string, Node<R>>;
  parameter: { name: string; node: Node<R> } | undefined;
  greedy: { name: string; methods: Map<string, R> } | undefined;
  methods: Map<string, R>;
}

export interface Match<R> {
  route: R;
  /** As they stand in the path: not decoded */
  pathParameters: Record<string, string>;
}

export class Router<R> {
  readonly #root: Node<R> = emptyNode();

  /** @param toRoute what a match yields, by resource and method */
  constructor(resources: readonly ApiResourceModel[], toRoute: (resource: ApiResourceModel, method: string) => R) {
    for (const resource of resources) {
      const methods = new Map<string, R>();
      for (const { httpMethod } of resource.methods) methods.set(httpMethod, toRoute(resource, httpMethod));
      this.#add(resource.path, methods);
    }
  }

  /** @param path below the stage, beginning with `/`; one trailing slash does not matter */
  match(method: string, path: string): Match<R> | undefined {
    const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
    const segments = trimmed === "/" || trimmed === "" ? [] : trimmed.slice(1).split("/");
    const pathParameters: Record<string, string> = {};
    const route = find(this.#root, segments, 0, method, pathParameters);
    return route === undefined ? undefined : { route, pathParameters };
  }

  #add(path: string, methods: Map<string, R>): void {
    let node = this.#root;
    for (const segment of path === "/" ? [] : path.slice(1).split("/")) {
      const greedy = /^\{(.+)\+\}$/.exec(segment);
      const parameter = /^\{(.+)\}$/.exec(segment);
      if (greedy) {
        node.greedy = { name: greedy[1]!, methods };
        return;
      }
      if (parameter) {
        node.parameter ??= { name: parameter[1]!, node: emptyNode() };
        node = node.parameter.node;
      } else {
        let next = node.literal.get(segment);
        if (!next) {
          next = emptyNode();
          node.literal.set(segment, next);
        }
        node = next;
      }
    }
    node.methods = methods;
  }
}

/** A node is reached by one path only, so the search visits each at most once. */
function find<R>(
  node: Node<R>,
  segments: readonly string[],
  depth: number,
  method: string,
  parameters: Record<string, string>,
): R | undefined {
  const segment = segments[depth];
  if (segment === undefined) return methodOf(node.methods, method);

  const literal = node.literal.get(segment);
  const found = literal && find(literal, segments, depth + 1, method, parameters);
  if (found !== undefined) return found;

  if (node.parameter && segment !== "") {
    const { name, node: next } = node.parameter;
    const route = find(next, segments, depth + 1, method, parameters);
    if (route !== undefined) {
      parameters[name] = segment;
      return route;
    }
  }

  const greedy = node.greedy && methodOf(node.greedy.methods, method);
  if (greedy !== undefined) parameters[node.greedy!.name] = segments.slice(depth).join("/");
  return greedy;
}

function methodOf<R>(methods: Map<string, R>, method: string): R | undefined {
  return methods.get(method) ?? (ANY.has(method) ? methods.get("ANY") : undefined);
}

const ANY = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

function emptyNode<R>(): Node<R> {
  return { literal: new Map(), parameter: undefined, greedy: undefined, methods: new Map() };
}
