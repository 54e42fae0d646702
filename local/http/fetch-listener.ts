import type { RequestListener } from "node:http";

/**
 * Serves a fetch handler over `node:http`. What translates between the two is loaded with the first request: it makes Node
 * load its own fetch, which would be a fifth of a start.
 */
export function fetchListener(handler: (request: Request) => Response | Promise<Response>): RequestListener {
  let listener: RequestListener | undefined;
  return async (request, response) => {
    if (!listener) {
      const { getRequestListener } = await import("@hono/node-server");
      listener ??= getRequestListener(handler, { overrideGlobalObjects: false });
    }
    listener(request, response);
  };
}
