/**
 * HTTP for the commands: every request has an end, and a request that got no usable answer fails with the reason as data.
 * Redirects are never followed, because a token must not travel to another origin.
 */
import { AnswerTooLarge, type HttpAnswer, type HttpRequest } from "./http-client.ts";
import type { World } from "./world.ts";

export type RequestOptions = Omit<HttpRequest, "timeoutMs" | "limit"> & {
  /** Milliseconds for the whole exchange; 10 s when absent. */
  timeoutMs?: number;
  /** Bytes that an answer's body may have; 1 MiB when absent. */
  limit?: number;
};

/**
 * An API's answer is kept whole: as much as a function may stream, far above the 10 MB of an API that does not stream
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
export const LARGEST_API_ANSWER_BYTES = 200 << 20;

export type RequestFailure =
  | { why: "timeout"; afterMs: number }
  | { why: "too-large"; limit: number }
  | { why: "status"; status: number }
  | { why: "not-json" }
  /** The name does not resolve; the connection is refused, or closed midway; the certificate is not accepted. */
  | { why: "name" | "refused" | "closed" | "certificate" }
  | { why: "other"; text: string };

/** No usable answer came. */
export class RequestFailed extends Error {
  readonly code = "network_failed";
  readonly failure: RequestFailure;
  /** What was called, for the person: "the user pool's keys", "the API" */
  readonly peer: string;
  readonly origin: string;
  /** Host and port of the proxy that the request went through. */
  readonly proxy: string | undefined;

  constructor(failure: RequestFailure, peer: string, url: URL, cause?: unknown) {
    super(`${peer} at ${url.origin}: ${failure.why}`, cause === undefined ? undefined : { cause });
    this.name = "RequestFailed";
    this.failure = failure;
    this.peer = peer;
    this.origin = url.origin;
    this.proxy = (cause as { proxy?: string } | undefined)?.proxy;
  }
}

/**
 * One request.
 * @param peer what is called, for the person: "the user pool's keys", "the API"
 * @throws RequestFailed when no whole answer came
 */
export async function request(
  world: Pick<World, "exchange">,
  peer: string,
  url: URL,
  { timeoutMs = 10_000, limit = 1 << 20, ...options }: RequestOptions = {},
): Promise<HttpAnswer> {
  try {
    return await world.exchange(url, { ...options, timeoutMs, limit });
  } catch (error) {
    throw new RequestFailed(failureOf(error as Error, timeoutMs, limit), peer, url, error);
  }
}

/** An answer of any length, as it comes. @throws RequestFailed when none begins */
export async function requestStream(
  world: Pick<World, "stream">,
  peer: string,
  url: URL,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  try {
    return await world.stream(url, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new RequestFailed(failureOf(error as Error, 0, 0), peer, url, error);
  }
}

/** One GET that must answer 200 with JSON of at most 1 MiB. @throws RequestFailed */
export async function requestJson(world: Pick<World, "exchange">, peer: string, address: string): Promise<unknown> {
  const url = new URL(address);
  const { status, body } = await request(world, peer, url, { headers: { accept: "application/json" } });
  if (status !== 200) throw new RequestFailed({ why: "status", status }, peer, url);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new RequestFailed({ why: "not-json" }, peer, url, error);
  }
}

function failureOf(error: Error, afterMs: number, limit: number): RequestFailure {
  if (error.name === "TimeoutError") return { why: "timeout", afterMs };
  if (error instanceof AnswerTooLarge) return { why: "too-large", limit };
  // A connection that tried several addresses reports all of their errors; the first one says enough.
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = (first as NodeJS.ErrnoException).code ?? "";
  const known = codes.find(([pattern]) => pattern.test(code));
  return known ? { why: known[1] } : { why: "other", text: first.message || code };
}

const codes: [code: RegExp, why: "name" | "refused" | "closed" | "certificate"][] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, "name"],
  [/^ECONNREFUSED$/, "refused"],
  [/^(ECONNRESET|EPIPE)$/, "closed"],
  [/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL/, "certificate"],
];
