/**
 * HTTP servers that only this machine can reach, unless they are told of one more address: bound to 127.0.0.1 and ::1, and
 * deaf to any `Host` that is not a loopback name with the right port, in the request target too, so that a page which
 * rebinds its own DNS name to 127.0.0.1 gets nothing.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, isIP } from "node:net";
import { LOOPBACK_HOSTS } from "../loopback-hosts.ts";
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

/** An address that no interface of this machine has. */
export class NotAnAddressError extends Error {
  readonly code = "address_unavailable";
  readonly next = "Name an address of this machine, or all of them: --host 0.0.0.0";

  constructor(address: string) {
    super(`This machine has no address ${address} to listen on.`);
    this.name = "NotAnAddressError";
  }
}

/** PEM texts, for a server that speaks TLS. */
export interface TlsIdentity {
  key: string;
  cert: string;
}

/** What a server opens to other machines, besides loopback. */
export interface Reach {
  /** An IP address of this machine in its canonical form (RFC 5952); `0.0.0.0` or `::` for all of that family. */
  address: string;
  /** Names and addresses that it answers to besides the loopback names, as a URL has them, without a port. */
  hosts: readonly string[];
}

const LOOPBACK_ADDRESSES = ["127.0.0.1", "::1"];

/**
 * The addresses that are bound: one that stands for a whole family takes the place of that family's loopback address.
 */
export function boundAddresses(reach: Reach | undefined): string[] {
  if (reach?.address === "0.0.0.0") return ["0.0.0.0", "::1"];
  if (reach?.address === "::") return ["127.0.0.1", "::"];
  return [...new Set([...LOOPBACK_ADDRESSES, ...(reach ? [reach.address] : [])])];
}

/**
 * Whether a request came over loopback and asked for a loopback name: what is for this machine's user alone is not shown to
 * anything else, however far the server reaches.
 */
export function isOfThisMachine({ socket, headers }: IncomingMessage): boolean {
  const isLoopback = (address = "") => LOOPBACK_ADDRESSES.includes(address.replace(/^::ffff:/, ""));
  const name = (headers.host ?? "").replace(/:\d+$/, "");
  return isLoopback(socket.remoteAddress) && isLoopback(socket.localAddress) && LOOPBACK_HOSTS.has(name);
}

/** How many there are: Node believes the first, and refuses none of several as RFC 9112 §3.2 wants it. */
function hostFields({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === "host") count++;
  return count;
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
 * @param reach opens it to other machines
 * @throws PortTakenError when the port is held by another process at any of the addresses
 * @throws NotAnAddressError when the address of `reach` is none of this machine's
 */
export async function listenOnLoopback(port: number, tls?: TlsIdentity, reach?: Reach): Promise<LoopbackServer> {
  // A free port on 127.0.0.1 can be taken on ::1; with port 0 another draw settles it.
  for (let attempt = 0; ; attempt++) {
    try {
      return await bindAll(port, tls, reach);
    } catch (error) {
      if (!(error instanceof PortTakenError) || port !== 0 || attempt >= 20) throw error;
    }
  }
}

async function bindAll(
  requested: number,
  tls: TlsIdentity | undefined,
  reach: Reach | undefined,
): Promise<LoopbackServer> {
  let listener: RequestListener = (_req, res) => void res.writeHead(503).end();
  let allowedHosts = new Set<string>();
  const refusal = `This server answers to loopback names${reach ? " and those that --allow-host names" : ""} only.\n`;
  const guarded: RequestListener = (req, res) => {
    if (hostFields(req) > 1) {
      res.writeHead(400, { "content-type": "text/plain" }).end("A request has one Host.\n");
      return;
    }
    if (![req.headers.host ?? "", targetHost(req.url)].every((host) => host === undefined || allowedHosts.has(host))) {
      res.writeHead(403, { "content-type": "text/plain" }).end(refusal);
      return;
    }
    listener(req, res);
  };

  const servers: Server[] = [];
  let port = requested;
  for (const address of boundAddresses(reach)) {
    try {
      const server = await bind(tls ? createTlsServer(tls, guarded) : createServer(guarded), address, port);
      port = (server.address() as AddressInfo).port;
      servers.push(server);
    } catch (error) {
      const absent = ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes((error as NodeJS.ErrnoException).code ?? "");
      // No IPv6 on this machine: nobody can be listening there either.
      if (absent && address === "::1") continue;
      await Promise.all(servers.map(close));
      throw absent ? new NotAnAddressError(address) : error;
    }
  }
  const suffix = port === (tls ? 443 : 80) ? "" : `:${port}`;
  allowedHosts = new Set([...LOOPBACK_HOSTS, ...(reach?.hosts ?? [])].map((host) => host + suffix));

  return {
    port,
    origin: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    handle(next) {
      listener = next;
    },
    async close() {
      await Promise.all(servers.map(close));
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortTakenError(port) : error),
    );
    server.listen({ host, port, exclusive: true, ipv6Only: isIP(host) === 6 }, () => {
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
