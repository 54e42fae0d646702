/** One line of text for one event, for the terminal. */
import { stripVTControlCharacters } from "node:util";
import type { CloudEvent } from "../platform.ts";

/** @returns the line, or `undefined` for what a person need not see */
export function eventLine(event: CloudEvent): string | undefined {
  const line = describe(event);
  // What clients send ends up here: it must not steer the terminal.
  return line === undefined ? undefined : stripVTControlCharacters(line).replaceAll(/\p{Cc}/gu, " ");
}

function describe(event: CloudEvent): string | undefined {
  switch (event.kind) {
    case "api-request": {
      const who = event.principal ? ` for ${event.principal}` : "";
      const why = event.reason ? ` — ${event.reason}` : "";
      return `${event.status} ${event.method} ${event.path}${who} (${Math.round(event.durationMs)} ms)${why}`;
    }
    case "sign-in":
      return `sign-in of ${event.username}: ${event.outcome}${event.reason ? ` — ${event.reason}` : ""}`;
    case "oauth":
      return event.reason ? `${event.endpoint}: ${event.outcome} — ${event.reason}` : undefined;
    case "mail":
      return `mail to ${event.to}: ${event.subject}`;
    case "user":
      return `user ${event.username}: ${event.action}`;
    case "function-log":
      return `${event.functionName}: ${event.line.trimEnd()}`;
    // Whoever asked for it tells it in more words.
    case "program":
    case "access-log":
      return undefined;
  }
}
