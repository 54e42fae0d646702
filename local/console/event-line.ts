/** One line of text for one event, for the terminal. What clients send is in it: it is short, and must not steer a terminal. */
import type { CloudEvent } from "../platform.ts";
import { safeText } from "../terminal-text.ts";

const LONGEST_NAME = 100;
const LONGEST_PATH = 200;
const LONGEST_REASON = 500;
/** Functions are the program's own, and print whole documents. */
const LONGEST_LOG_LINE = 2000;

/** @returns the line, or `undefined` for what a person need not see */
export function eventLine(event: CloudEvent): string | undefined {
  switch (event.kind) {
    case "api-request": {
      const { status, method, path, principal, durationMs } = event;
      const who = principal ? ` for ${safeText(principal, LONGEST_NAME)}` : "";
      const what = `${safeText(method, LONGEST_NAME)} ${safeText(path, LONGEST_PATH)}`;
      return `${status} ${what}${who} (${Math.round(durationMs)} ms)${because(event.reason)}`;
    }
    case "sign-in":
      return `sign-in of ${safeText(event.username, LONGEST_NAME)}: ${event.outcome}${because(event.reason)}`;
    case "oauth":
      return event.reason && `${safeText(event.endpoint, LONGEST_NAME)}: ${event.outcome}${because(event.reason)}`;
    case "mail":
      return `mail to ${safeText(event.to, LONGEST_NAME)}: ${safeText(event.subject, LONGEST_PATH)}`;
    case "user":
      return `user ${safeText(event.username, LONGEST_NAME)}: ${event.action}`;
    case "trigger":
      return `${event.triggerSource} of ${event.functionName}: ${event.outcome} (${Math.round(event.durationMs)} ms)${because(event.reason)}`;
    case "run-by-hand": {
      const by = event.source === undefined ? "" : ` with an event of ${event.source}`;
      return `${event.functionName} run by hand${by}: ${event.outcome} (${Math.round(event.durationMs)} ms)${because(event.reason)}`;
    }
    case "database":
      return `DynamoDB ${safeText(event.operation, LONGEST_NAME)}: ${event.outcome}${because(event.reason)}`;
    case "aws-api":
      return `${event.service} ${safeText(event.operation, LONGEST_NAME)}: ${event.outcome}${because(event.reason)}`;
    case "function-log":
      return `${event.functionName}: ${safeText(event.line.trimEnd(), LONGEST_LOG_LINE)}`;
    // Whoever asked for it tells it in more words.
    case "program":
    case "access-log":
      return undefined;
  }
}

const because = (reason: string | undefined) => (reason ? ` — ${safeText(reason, LONGEST_REASON)}` : "");
