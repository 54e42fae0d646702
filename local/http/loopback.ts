/**
 * HTTP servers that only this machine can reach: bound to 127.0.0.1 and ::1, and deaf to any `Host` that is not
 * a loopback name with the right port, in the request target too, so that a page which rebinds its own DNS name to 127.0.0.1 gets nothing.
 */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { holderOfPort } from "./port-holder.ts";

export interface LoopbackServer {
  port: number;
  /** `http://127.0.0.1:<port>`, or https */
  origin: string;
  /** Replaces what answers, for a cloud that learns its handlers after its ports. */
  handle(listener: RequestListener): void;
  close(): Promise<void>;
}

/** A port that somebody else holds. */
export class PortTakenError extends Error {
  readonly code = "port_taken";
  readonly port: number;
  readonly next = "Stop what listens there, or choose another with --port N (0 takes any free one).";

  constructor(port: number) {
    const holder = holderOfPort(port);
    super(`Port ${port} is taken${holder === undefined ? "" : ` by ${holder.command} (pid ${holder.pid})`}.`);
    this.name = "PortTakenError";
    this.port = port;
  }
}

/** PEM texts, for a server that speaks TLS. */
export interface TlsIdentity {
  key: string;
  cert: string;
}

/**
 * The host in a request target of the absolute form, which comes before the `Host` field (RFC 9112 §3.2.2); `undefined` for a
 * path.
 */
function targetHost(target = "/"): string | undefined {
  if (target.startsWith("/") || target === "*") return undefined;
  return URL.canParse(target) ? new URL(target).host : "";
}

/**
 * @param port 0 for any free one
 * @throws PortTakenError when either address family of the port is held by another process
 */
export async function listenOnLoopback(port: number, tls?: TlsIdentity): Promise<LoopbackServer> {
  // A free port on 127.0.0.1 can be taken on ::1; with port 0 another draw settles it.
  for (let attempt = 0; ; attempt++) {
    try {
      return await bindBoth(port, tls);
    } catch (error) {
      if (!(error instanceof PortTakenError) || port !== 0 || attempt >= 20) throw error;
    }
  }
}

async function bindBoth(requested: number, tls: TlsIdentity | undefined): Promise<LoopbackServer> {
  let listener: RequestListener = (_req, res) => void res.writeHead(503).end();
  let allowedHosts = new Set<string>();
  const guarded: RequestListener = (req, res) => {
    if (![req.headers.host ?? "", targetHost(req.url)].every((host) => host === undefined || allowedHosts.has(host))) {
      res.writeHead(403, { "content-type": "text/plain" }).end("This server answers to loopback names only.\n");
      return;
    }
    listener(req, res);
  };

  const create = (): Server => (tls ? createTlsServer(tls, guarded) : createServer(guarded));
  const v4 = await bind(create(), "127.0.0.1", requested);
  const port = (v4.address() as AddressInfo).port;
  let v6: Server | undefined;
  try {
    v6 = await bind(create(), "::1", port);
  } catch (error) {
    // No IPv6 on this machine: nobody can be listening there either.
    if (!["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      await close(v4);
      throw error;
    }
  }
  const suffix = port === (tls ? 443 : 80) ? "" : `:${port}`;
  allowedHosts = new Set(["127.0.0.1", "localhost", "[::1]"].map((host) => host + suffix));

  return {
    port,
    origin: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    handle(next) {
      listener = next;
    },
    async close() {
      await Promise.all([close(v4), v6 && close(v6)]);
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortTakenError(port) : error),
    );
    server.listen({ host, port, exclusive: true, ipv6Only: host === "::1" }, () => {
      server.removeAllListeners("error");
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
