/**
 * The server that waits on this machine for the browser's redirect: RFC 8252 §7.3 and §8.3.
 * Anybody on this machine, and any web page, can send it requests; so everything that does not prove to be the answer to
 * our request is noise: it gets a 4xx and the wait goes on. Only a POST by our own page that carries our `state` counts.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { claimedError } from "./authorization-response.ts";
import { callbackPage, type PageWords } from "./callback-page.ts";
import { answer, onFirstFreePort, serveLoopback } from "./loopback-server.ts";

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
  /** Offers the redirect's raw query and fragment. */
  offer(query: string, fragment: string): Promise<Offer>;
  isOurState(state: string): boolean;
  /** Something arrived that is not the answer: what it was, for `--debug` or the person. */
  onNoise(noise: { what: string; claimedError?: string | undefined }): void;
  words: PageWords;
  /** Binds there instead of loopback and lets other machines in; for containers. */
  listenHost?: string | undefined;
  /** Milliseconds for one whole request. */
  requestTimeoutMs?: number;
}

export interface Receiver {
  redirectUri: string;
  /** Resolves when the page that brought the answer has been answered. */
  delivered(): Promise<void>;
  close(): Promise<void>;
}

const maximumBodyBytes = 64 * 1024;

/**
 * Listens on the first redirect URI whose port is free.
 * @throws OAuthRefused `ports-taken` when all of them are taken
 */
export function openReceiver(options: ReceiverOptions): Promise<Receiver> {
  return onFirstFreePort(options.redirectUris, (url, redirectUri) => listen(url, redirectUri, options));
}

async function listen(url: URL, redirectUri: string, options: ReceiverOptions): Promise<Receiver> {
  let lastAnswer: Promise<void> = Promise.resolve();

  const handle = async (request: IncomingMessage, response: ServerResponse, target: URL): Promise<void> => {
    if (target.pathname === url.pathname) {
      if (request.method === "GET") return sendPage(target, response);
      if (request.method === "POST") return take(request, response);
      return refuse(response, 405, "Method not allowed.", `${request.method} on the callback`, { allow: "GET, POST" });
    }
    refuse(response, request.method === "OPTIONS" ? 405 : 404, "Nothing here.", undefined);
  };

  const sendPage = (target: URL, response: ServerResponse) => {
    // The page will bring the same parameters by POST; an error is told now because it may come without a browser.
    const claimed = claimedError(target.searchParams);
    if (claimed !== undefined && !options.isOurState(target.searchParams.get("state") ?? "")) {
      options.onNoise({ what: "an error without our state", claimedError: claimed });
    }
    answer(response, 200, "text/html; charset=utf-8", callbackPage(options.words));
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

  const server = await serveLoopback(url, { ...options, onNoise: (what) => options.onNoise({ what }) }, handle);
  return {
    redirectUri,
    delivered: () => lastAnswer,
    close: server.close,
  };
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
