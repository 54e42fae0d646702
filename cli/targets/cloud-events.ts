/** What a running local cloud says of its requests, as it happens: server-sent events of its console. */
import { requestStream } from "../shared/http.ts";
import type { World } from "../shared/world.ts";

/** The parts of an event that are shown. */
export interface CloudEventLine {
  kind: string;
  at: number;
  [name: string]: unknown;
}

/**
 * What happened lately, then everything as it happens.
 * @param console the console's origin
 * @throws RequestFailed when it does not answer; an error of the connection when that breaks
 */
export async function* cloudEvents(
  world: Pick<World, "stream">,
  console: string,
  signal: AbortSignal,
): AsyncGenerator<CloudEventLine> {
  let text = "";
  const url = new URL("/api/events", console);
  const decoder = new TextDecoder();
  for await (const chunk of await requestStream(world, "the local cloud", url, signal)) {
    text += decoder.decode(chunk, { stream: true });
    const messages = text.split("\n\n");
    text = messages.pop() ?? "";
    for (const message of messages) {
      const data = /^data: ?(.*)$/m.exec(message)?.[1];
      const event = data === undefined ? undefined : parse(data);
      if (event) yield event;
    }
    if (text.length > 1 << 20) return;
  }
}

/** Why a local cloud refused a request, or `undefined` when it does not say within a second. */
export async function refusalReason(
  world: Pick<World, "stream">,
  console: string,
  requestId: string,
): Promise<string | undefined> {
  try {
    for await (const event of cloudEvents(world, console, AbortSignal.timeout(1000))) {
      if (event.requestId === requestId && event.kind === "api-request")
        return typeof event.reason === "string" ? event.reason : undefined;
    }
  } catch {
    // A reason is a kindness: without it the answer is still what it is.
  }
  return undefined;
}

function parse(data: string): CloudEventLine | undefined {
  try {
    const event = JSON.parse(data);
    return typeof event?.kind === "string" && Number.isFinite(event.at) ? event : undefined;
  } catch {
    return undefined;
  }
}
