/**
 * HTTP as the command line does it: never follows a redirect (a token must not travel to another origin), always has an
 * end, and says in one sentence what went wrong on the way.
 */
import { CliError } from "./errors.ts";
import { safeText } from "./text.ts";
import type { World } from "./world.ts";

export interface HttpOptions extends RequestInit {
  /** Milliseconds until the answer's headers; 10 s when absent. */
  timeoutMs?: number;
}

/**
 * One request.
 * @param peer what is called, for the person: "the user pool's keys", "the API"
 * @throws CliError `network_failed` when no answer came
 */
export async function request(
  world: Pick<World, "fetch">,
  peer: string,
  url: string | URL,
  options: HttpOptions = {},
): Promise<Response> {
  const { timeoutMs = 10_000, ...init } = options;
  try {
    return await world.fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs), ...init });
  } catch (error) {
    throw networkError(error, peer, new URL(url), timeoutMs);
  }
}

/** One GET that must answer 200 with JSON within 1 MiB. */
export async function requestJson(world: Pick<World, "fetch">, peer: string, url: string | URL): Promise<unknown> {
  const response = await request(world, peer, url, { headers: { accept: "application/json" } });
  const text = await readText(response, peer, new URL(url));
  if (response.status !== 200) {
    throw new CliError("network_failed", `${capital(peer)} at ${new URL(url).origin} answered ${response.status}.`, {
      next: "demo-auth doctor",
    });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError("network_failed", `${capital(peer)} at ${new URL(url).origin} did not answer with JSON.`, {
      next: "Check that the address is right: demo-auth config",
    });
  }
}

/** The body as text; a broken connection midway is a network failure too. */
export async function readText(response: Response, peer: string, url: URL, limit = 1 << 20): Promise<string> {
  try {
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength > limit) {
      throw new CliError("network_failed", `${capital(peer)} at ${url.origin} sent more than ${limit} bytes.`);
    }
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw networkError(error, peer, url, undefined);
  }
}

/** Turns what `fetch` threw into a sentence with the mend. */
export function networkError(error: unknown, peer: string, url: URL, timeoutMs: number | undefined): CliError {
  const { code, text } = rootCause(error);
  const where = `${peer} at ${url.origin}`;
  if ((error as Error)?.name === "TimeoutError") {
    return new CliError("network_failed", `No answer from ${where} within ${(timeoutMs ?? 0) / 1000} s.`, {
      next: "Check the connection (behind a proxy: NODE_USE_ENV_PROXY=1), or allow more time with --timeout.",
      cause: error,
    });
  }
  const known = mends.find(([pattern]) => pattern.test(code));
  const next = known?.[1] ?? "Check the connection and the address: demo-auth doctor";
  const why = known?.[2] ?? safeText(text, 200);
  return new CliError("network_failed", `Could not reach ${where}: ${why}.`, { next, cause: error });
}

const mends: [code: RegExp, next: string, why: string][] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, "Check the name and the connection: demo-auth doctor", "its name does not resolve"],
  [
    /^ECONNREFUSED$/,
    "Is it running? For the local cloud: demo-auth local. Behind a proxy: NODE_USE_ENV_PROXY=1",
    "the connection was refused",
  ],
  [/^(ECONNRESET|UND_ERR_SOCKET|EPIPE)$/, "Try again; then demo-auth doctor", "the connection was closed midway"],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL/,
    "If your network inspects TLS, point NODE_EXTRA_CA_CERTS at its CA file",
    "its certificate was not accepted",
  ],
];

function rootCause(error: unknown): { code: string; text: string } {
  let current = error;
  let code = "";
  for (let depth = 0; current instanceof Error && depth < 5; depth++) {
    const found = (current as NodeJS.ErrnoException).code;
    if (typeof found === "string") code = found;
    const inner = current instanceof AggregateError ? current.errors[0] : current.cause;
    if (!(inner instanceof Error)) break;
    current = inner;
  }
  return { code, text: current instanceof Error ? current.message || code : String(current) };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
