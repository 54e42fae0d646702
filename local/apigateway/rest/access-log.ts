/**
 * The stage's access log: one line a request, in the stage's own format
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html).
 */

import type { GatewayError } from "./gateway-error.ts";
import type { GatewayAnswer, GatewayExchange } from "./gateway-exchange.ts";
import { contextReader } from "./templates/context-variables.ts";

export interface AnsweredExchange {
  exchange: GatewayExchange;
  answer: GatewayAnswer;
  error: GatewayError | undefined;
  durationMs: number;
}

/** Writes a request's line. */
export type AccessLog = (answered: AnsweredExchange) => string;

/** What only the access log knows: it is written when the answer is. */
const OF_THE_ANSWER: Readonly<Record<string, AccessLog>> = {
  responseLatency: ({ durationMs }) => String(Math.round(durationMs)),
  responseLength: ({ answer }) => String(Buffer.byteLength(answer.body)),
  status: ({ answer }) => String(answer.status),
};

/** @param format with `$context` variables; those without a value are printed as `-` */
export function accessLog(format: string): AccessLog {
  // Texts at the even places, names of variables at the odd ones.
  const parts = format
    .split(/\$context\.(\w+(?:[.:]\w+)*)/)
    .map((part, index): AccessLog => (index % 2 === 0 ? () => part : variable(part)));
  return (answered) => parts.map((part) => part(answered)).join("");
}

function variable(path: string): AccessLog {
  if (Object.hasOwn(OF_THE_ANSWER, path)) return OF_THE_ANSWER[path]!;
  const read = contextReader(path);
  return ({ exchange, error }) => read(exchange, error) ?? "-";
}
