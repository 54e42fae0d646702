/**
 * The stage's access log: one line a request, in the stage's own format
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html).
 */
import type { Exchange, GatewayAnswer } from "./exchange.ts";
import type { GatewayError } from "./gateway-error.ts";
import { contextValue, contextVariables } from "./templates/context-variables.ts";

export interface AnsweredExchange {
  exchange: Exchange;
  answer: GatewayAnswer;
  error: GatewayError | undefined;
  durationMs: number;
}

/** @param format with `$context` variables; those without a value are printed as `-` */
export function accessLogLine(format: string, { exchange, answer, error, durationMs }: AnsweredExchange): string {
  const variables = {
    ...contextVariables(exchange, error),
    responseLatency: Math.round(durationMs),
    responseLength: Buffer.byteLength(answer.body),
    status: answer.status,
  };
  return format.replace(/\$context\.(\w+(?:[.:]\w+)*)/g, (_, path: string) => contextValue(variables, path) ?? "-");
}
