/**
 * The server that waits on this machine for the browser's redirect: RFC 8252 §7.3 and §8.3.
 * Anybody on this machine, and any web page, can send it requests; so everything that does not prove to be the answer to
 * our request is noise: it gets a 4xx and the wait goes on. Only a POST by our own page that carries our `state` counts.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CliError } from "../errors.ts";
import { isLoopback } from "./addresses.ts";
import { sameSecret } from "./authorization-request.ts";
import { claimedError } from "./authorization-response.ts";
import { callbackPage, securityHeaders } from "./callback-page.ts";

/** What the page in the browser shows at the end. */
export interface Verdict {
  ok: boolean;
  title: string;
  detail: string;
}

/** The outcome of offering a redirect's parameters: it was ours, it came too late, or it was nobody's answer. */
export type Offer =
  | { taken: true; verdict: Verdict }
  | { taken: false; reason: "finished" | "not-ours"; error: string | undefined };

export interface ReceiverOptions {
  /** Registered redirect URIs to try, in order. */
  redirectUris: readonly string[];
  /** Where to send the browser for a redirect URI. */
  authorizationUrl(redirectUri: string): URL;
  /** Offers the redirect's raw query and fragment. */
  offer(query: string, fragment: string): Promise<Offer>;
  isOurState(state: string): boolean;
  /** Something arrived that is not the answer: what it was, for `--debug` or the person. */
  onNoise(noise: { what: string; claimedError?: string | undefined }): void;
  /** 128 bits or more. */
  startKey: string;
  /** Binds there instead of loopback and lets other machines in; for containers. */
  listenHost?: string | undefined;
  /** Milliseconds for one whole request. */
  requestTimeoutMs?: number;
}

export interface Receiver {
  redirectUri: string;
  /** Redirects to the authorization URL once, so that `state` and `nonce` stay out of the browser's argument list. */
  startUrl: string;
  /** Resolves when the page that brought the answer has been answered. */
  delivered(): Promise<void>;
  close(): Promise<void>;
}

const maximumBodyBytes = 64 * 1024;

/**
 * Listens on the first redirect URI whose port is free.
 * @throws CliError `port_unavailable` when all of them are taken
 */
export async function openReceiver(options: ReceiverOptions): Promise<Receiver> {
  const taken: string[] = [];
  for (const redirectUri of options.redirectUris) {
    const url = new URL(redirectUri);
    try {
      return await listen(url, redirectUri, options);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!["EADDRINUSE", "EACCES", "EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(code ?? "")) throw error;
      taken.push(`${url.port || "80"} (${code === "EADDRINUSE" ? "taken" : code})`);
    }
  }
  throw new CliError(
    "port_unavailable",
    `None of the ports that the app client is registered for is free: ${[...new Set(taken)].join(", ")}.`,
    { next: "Stop what listens there, or register another http://127.0.0.1:<port>/… callback URL and run pulumi up." },
  );
}

async function listen(url: URL, redirectUri: string, options: ReceiverOptions): Promise<Receiver> {
  const port = Number(url.port || 80);
  const suffix = port === 80 ? "" : `:${port}`;
  const hosts = new Set(["127.0.0.1", "localhost", "[::1]"].map((name) => name + suffix));
  const startPath = `/start/${options.startKey}`;
  let startUsed = false;
  let lastAnswer: Promise<void> = Promise.resolve();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const host = request.headers.host ?? "";
    if (!hosts.has(host)) return refuse(response, 403, "This server answers to loopback names only.", "a foreign Host");
    if (!options.listenHost && !isLoopbackPeer(request.socket.remoteAddress)) {
      return refuse(response, 403, "This server answers to this machine only.", "another machine");
    }
    const target = URL.parse(request.url ?? "", `http://${host}`);
    if (!target) return refuse(response, 400, "Bad request.", "an unreadable request target");
    if (target.pathname === url.pathname) {
      if (request.method === "GET") return sendPage(target, response);
      if (request.method === "POST") return take(request, response);
      return refuse(response, 405, "Method not allowed.", `${request.method} on the callback`, { allow: "GET, POST" });
    }
    if (target.pathname.startsWith("/start/") && sameSecret(startPath, target.pathname)) {
      if (request.method !== "GET" || startUsed)
        return refuse(response, 410, "This address works once.", "a used start");
      startUsed = true;
      answer(response, 302, "text/plain", "", { location: options.authorizationUrl(redirectUri).href });
      return;
    }
    refuse(response, request.method === "OPTIONS" ? 405 : 404, "Nothing here.", undefined);
  };

  const sendPage = (target: URL, response: ServerResponse) => {
    // The page will bring the same parameters by POST; an error is told now because it may come without a browser.
    const claimed = claimedError(target.searchParams);
    if (claimed !== undefined && !options.isOurState(target.searchParams.get("state") ?? "")) {
      options.onNoise({ what: "an error without our state", claimedError: claimed });
    }
    answer(response, 200, "text/html; charset=utf-8", callbackPage);
  };

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const site = request.headers["sec-fetch-site"];
    if (request.headers.origin !== url.origin)
      return refuse(response, 403, "Not from here.", "a POST by another origin");
    if (site !== undefined && site !== "same-origin") {
      return refuse(response, 403, "Not from here.", "a POST by another site");
    }
    if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
      return refuse(response, 415, "JSON only.", "a POST that is not JSON");
    }
    const body = await readBody(request);
    if (!body.ok) return refuse(response, body.status, body.reason, body.reason);
    const parameters = parseBody(body.text);
    if (!parameters) return refuse(response, 400, "Not what the callback page sends.", "a POST of another shape");

    const offer = await options.offer(parameters.query, parameters.fragment);
    if (offer.taken) {
      lastAnswer = new Promise((resolve) => {
        response.once("close", resolve);
      });
      answer(response, offer.verdict.ok ? 200 : 400, "application/json", JSON.stringify(offer.verdict));
      return;
    }
    if (offer.reason === "finished") return refuseJson(response, 409, alreadyFinished);
    options.onNoise({ what: "an answer that is not to our request", claimedError: offer.error });
    refuseJson(response, 400, notOurs);
  };

  const refuse = (
    response: ServerResponse,
    status: number,
    text: string,
    what: string | undefined,
    headers: Record<string, string> = {},
  ) => {
    if (what !== undefined) options.onNoise({ what });
    answer(response, status, "text/plain; charset=utf-8", `${text}\n`, headers);
  };

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch(() => {
      if (!response.headersSent)
        refuse(response, 500, "The sign-in could not be finished.", "a failure in the receiver");
      else response.destroy();
    });
  };

  const servers = await bindAll(bindAddresses(url.hostname, options.listenHost), port, () =>
    createServer(
      {
        requestTimeout: options.requestTimeoutMs ?? 10_000,
        headersTimeout: Math.min(5_000, options.requestTimeoutMs ?? 5_000),
        connectionsCheckingInterval: Math.min(1_000, options.requestTimeoutMs ?? 1_000),
      },
      listener,
    ),
  );
  return {
    redirectUri,
    startUrl: url.origin + startPath,
    delivered: () => lastAnswer,
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

function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...securityHeaders, "content-type": contentType, connection: "close", ...headers });
  response.end(body);
}

const alreadyFinished: Verdict = {
  ok: false,
  title: "Already finished",
  detail: "This sign-in was finished before; the terminal tells how it went.",
};

const notOurs: Verdict = {
  ok: false,
  title: "Not the answer that was asked for",
  detail:
    "This address does not belong to the sign-in that is waiting, so it was ignored. The terminal is still waiting.",
};

function refuseJson(response: ServerResponse, status: number, verdict: Verdict): void {
  answer(response, status, "application/json", JSON.stringify(verdict));
}

type Body = { ok: true; text: string } | { ok: false; status: number; reason: string };

async function readBody(request: IncomingMessage): Promise<Body> {
  const tooLarge: Body = { ok: false, status: 413, reason: "A body of more than 64 KiB." };
  if (Number(request.headers["content-length"]) > maximumBodyBytes) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBodyBytes) return tooLarge;
    chunks.push(chunk);
  }
  return { ok: true, text: Buffer.concat(chunks).toString("utf8") };
}

function parseBody(text: string): { query: string; fragment: string } | undefined {
  try {
    const { query, fragment } = JSON.parse(text);
    return typeof query === "string" && typeof fragment === "string" ? { query, fragment } : undefined;
  } catch {
    return undefined;
  }
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
