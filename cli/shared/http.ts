/**
 * HTTP for the commands: every request has an end, and whatever goes wrong on the way is said in one sentence with the
 * mend. Redirects are never followed, because a token must not travel to another origin.
 */
import { CliError } from "./errors.ts";
import { AnswerTooLarge, type HttpAnswer, type HttpRequest } from "./http-client.ts";
import { safeText } from "./text.ts";
import type { World } from "./world.ts";

export type RequestOptions = Omit<HttpRequest, "timeoutMs"> & {
  /** Milliseconds for the whole exchange; 10 s when absent. */
  timeoutMs?: number;
};

/**
 * One request.
 * @param peer what is called, for the person: "the user pool's keys", "the API"
 * @throws CliError `network_failed` when no whole answer came
 */
export async function request(
  world: Pick<World, "exchange">,
  peer: string,
  url: URL,
  { timeoutMs = 10_000, ...options }: RequestOptions = {},
): Promise<HttpAnswer> {
  try {
    return await world.exchange(url, { ...options, timeoutMs });
  } catch (error) {
    throw networkError(error as Error, `${peer} at ${url.origin}`, timeoutMs);
  }
}

/** One GET that must answer 200 with JSON of at most 1 MiB. @throws CliError `network_failed` */
export async function requestJson(world: Pick<World, "exchange">, peer: string, address: string): Promise<unknown> {
  const url = new URL(address);
  const { status, body } = await request(world, peer, url, { headers: { accept: "application/json" }, limit: 1 << 20 });
  if (status !== 200) {
    throw new CliError("network_failed", `${capital(peer)} at ${url.origin} answered ${status}.`, {
      next: "demo-auth doctor",
    });
  }
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new CliError("network_failed", `${capital(peer)} at ${url.origin} did not answer with JSON.`, {
      next: "Check that the address is right: demo-auth config",
    });
  }
}

function networkError(error: Error, where: string, timeoutMs: number): CliError {
  if (error.name === "TimeoutError") {
    return new CliError("network_failed", `No answer from ${where} within ${timeoutMs / 1000} s.`, {
      next: "Check the connection (behind a proxy: NODE_USE_ENV_PROXY=1), or allow more time with --timeout.",
      cause: error,
    });
  }
  if (error instanceof AnswerTooLarge) {
    return new CliError("network_failed", `The answer of ${where} is too large to be what was asked for.`);
  }
  const { code, text } = rootCause(error);
  const [, next, why] = mends.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    "Check the connection and the address: demo-auth doctor",
    safeText(text, 200),
  ];
  return new CliError("network_failed", `Could not reach ${where}: ${why}.`, { next, cause: error });
}

const mends: [code: RegExp, next: string, why: string][] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, "Check the name and the connection: demo-auth doctor", "its name does not resolve"],
  [
    /^ECONNREFUSED$/,
    "Is it running? For the local cloud: demo-auth local. Behind a proxy: NODE_USE_ENV_PROXY=1",
    "the connection was refused",
  ],
  [/^(ECONNRESET|EPIPE)$/, "Try again; then demo-auth doctor", "the connection was closed midway"],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL/,
    "If your network inspects TLS, point NODE_EXTRA_CA_CERTS at its CA file",
    "its certificate was not accepted",
  ],
];

/** A connection that tried several addresses reports all of their errors; the first one tells enough. */
function rootCause(error: Error): { code: string; text: string } {
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = (first as NodeJS.ErrnoException).code ?? "";
  return { code, text: first.message || code };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
