/**
 * HTTP servers on the registered addresses of this machine: bound to loopback only, and deaf to any other `Host`, so that
 * a page which rebinds its own name to 127.0.0.1 gets nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isLoopback } from "./addresses.ts";
import { securityHeaders } from "./callback-page.ts";
import { OAuthRefused } from "./refusals.ts";

export interface LoopbackServer {
  close(): Promise<void>;
}

export interface LoopbackOptions {
  /** Binds there instead of loopback and lets other machines in; for containers. */
  listenHost?: string | undefined;
  /** Milliseconds for one whole request. */
  requestTimeoutMs?: number;
  /** A request that was refused, in words. */
  onNoise?(what: string): void;
}

/**
 * Opens on the first address whose port is free.
 * @throws OAuthRefused `ports-taken` when all of them are taken
 */
export async function onFirstFreePort<T>(
  addresses: readonly string[],
  open: (url: URL, address: string) => Promise<T>,
): Promise<T> {
  const taken: { port: string; why: string }[] = [];
  for (const address of addresses) {
    const url = new URL(address);
    try {
      return await open(url, address);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!["EADDRINUSE", "EACCES", "EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(code ?? "")) throw error;
      taken.push({ port: url.port || "80", why: code === "EADDRINUSE" ? "taken" : code! });
    }
  }
  throw new OAuthRefused({ kind: "ports-taken", code: "port_unavailable", ports: taken });
}

/**
 * Listens on a URL's host and port; `localhost` means both address families.
 * @param handle answers whatever came from this machine, by a name of this machine
 */
export async function serveLoopback(
  url: URL,
  options: LoopbackOptions,
  handle: (request: IncomingMessage, response: ServerResponse, target: URL) => Promise<void> | void,
): Promise<LoopbackServer> {
  const suffix = url.port === "" ? "" : `:${url.port}`;
  const hosts = new Set(["127.0.0.1", "localhost", "[::1]"].map((name) => name + suffix));
  const refuse = (response: ServerResponse, status: number, text: string, what: string) => {
    options.onNoise?.(what);
    answer(response, status, "text/plain; charset=utf-8", `${text}\n`);
  };
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const host = request.headers.host ?? "";
    if (!hosts.has(host)) return refuse(response, 403, "This server answers to loopback names only.", "a foreign Host");
    if (!options.listenHost && !isLoopbackPeer(request.socket.remoteAddress)) {
      return refuse(response, 403, "This server answers to this machine only.", "another machine");
    }
    const target = URL.parse(request.url ?? "", `http://${host}`);
    if (!target) return refuse(response, 400, "Bad request.", "an unreadable request target");
    try {
      await handle(request, response, target);
    } catch {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "The request could not be answered.", "a failure in the receiver");
    }
  };
  const timeout = options.requestTimeoutMs ?? 10_000;
  const limits = {
    requestTimeout: timeout,
    headersTimeout: Math.min(5_000, timeout),
    connectionsCheckingInterval: Math.min(1_000, timeout),
  };
  const servers = await bindAll(bindAddresses(url.hostname, options.listenHost), Number(url.port || 80), () =>
    createServer(limits, listener),
  );
  return {
    async close() {
      await Promise.all(servers.map(close));
    },
  };
}

/** `localhost` is ::1 to some browsers and 127.0.0.1 to others, so it needs both. */
function bindAddresses(hostname: string, listenHost: string | undefined): string[] {
  if (listenHost) return [listenHost];
  if (hostname === "localhost") return ["127.0.0.1", "::1"];
  return [hostname === "[::1]" ? "::1" : "127.0.0.1"];
}

async function bindAll(addresses: string[], port: number, create: () => Server): Promise<Server[]> {
  const servers: Server[] = [];
  for (const host of addresses) {
    const bound = servers[0]?.address() as AddressInfo | undefined;
    try {
      servers.push(await bind(create(), host, bound?.port ?? port));
    } catch (error) {
      const noSuchFamily = ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes((error as NodeJS.ErrnoException).code ?? "");
      // A machine without IPv6 has nobody listening on ::1 either.
      if (host === "::1" && servers.length > 0 && noSuchFamily) continue;
      await Promise.all(servers.map(close));
      throw error;
    }
  }
  return servers;
}

function bind(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true, ipv6Only: host === "::1" }, () => {
      server.removeListener("error", reject);
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function isLoopbackPeer(address: string | undefined): boolean {
  return address === "127.0.0.1" || address === "::1" || address === "::ffff:127.0.0.1";
}

/** Answers with the security headers of every page here, and closes the connection. */
export function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...securityHeaders, "content-type": contentType, connection: "close", ...headers });
  response.end(body);
}

/** The registered redirect URIs that a server on this machine can answer, the recommended 127.0.0.1 first. */
export function loopbackRedirectUris(callbackUrls: readonly string[]): string[] {
  const usable = callbackUrls.filter((text) => {
    const url = URL.parse(text);
    return url?.protocol === "http:" && isLoopback(url) && url.search === "" && url.hash === "" && url.port !== "0";
  });
  const rank = (text: string) => ["127.0.0.1", "localhost", "[::1]"].indexOf(new URL(text).hostname);
  return usable.toSorted((a, b) => rank(a) - rank(b));
}
