/** Which lines of a log are kept (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html). */
import type { LogLevel } from "../model.ts";

/** From the most to the least detailed. */
const ORDER: readonly LogLevel[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** @param least below which lines are dropped */
export const isLogged = (level: LogLevel, least: LogLevel): boolean => ORDER.indexOf(level) >= ORDER.indexOf(least);
