/**
 * The lines that the Lambda service adds to a function's log: INIT_START of an environment, START, END and REPORT of every
 * invocation
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html).
 */
import type { FunctionModel, LogLevel } from "../model.ts";
import type { Platform } from "../platform.ts";
import type { Job, Report } from "./execution-environment.ts";
import { isLogged } from "./log-levels.ts";

export class ServiceLog {
  readonly #model: FunctionModel;
  readonly #platform: Platform;
  /** Printing a time costs more than comparing it, and many lines share a millisecond. */
  #printed = { at: Number.NaN, text: "" };

  constructor(model: FunctionModel, platform: Platform) {
    this.#model = model;
    this.#platform = platform;
  }

  /** Each environment has a log stream of its own. */
  newStreamName(): string {
    const day = new Date(this.#platform.now()).toISOString().slice(0, 10).replaceAll("-", "/");
    return `${day}/[${this.#model.version}]${this.#platform.randomUUID().replaceAll("-", "")}`;
  }

  /** @param job what it is about */
  write(line: string, job?: Pick<Job, "traceId" | "onLogLine">): void {
    const { name: functionName } = this.#model;
    this.#platform.emit({ kind: "function-log", at: this.#platform.now(), functionName, line, traceId: job?.traceId });
    job?.onLogLine?.(line);
  }

  /** An environment begins to load the code. */
  initialization(): void {
    const version = `nodejs:${process.versions.node}`;
    if (this.#model.logFormat === "JSON") {
      const record = { initializationType: "on-demand", phase: "init", runtimeVersion: version };
      this.#writePlatformLine("INFO", "platform.initStart", JSON.stringify(record));
    } else {
      this.write(`INIT_START Runtime Version: ${version}`);
    }
  }

  start(job: Job): void {
    const { requestId } = job;
    if (this.#model.logFormat === "JSON") {
      this.#writePlatformLine(
        "INFO",
        "platform.start",
        `{"requestId":"${requestId}","version":"${this.#model.version}"}`,
        job,
      );
    } else {
      this.write(`START RequestId: ${requestId} Version: ${this.#model.version}`, job);
    }
  }

  end(job: Job, report: Report): void {
    const { requestId } = job;
    const { durationMs, initMs, maxMemoryBytes, status } = report;
    const memorySizeMB = this.#model.memorySizeMb;
    const maxMemoryUsedMB = Math.min(memorySizeMB, Math.ceil(maxMemoryBytes / (1024 * 1024)));
    const billedMs = Math.ceil(durationMs + (initMs ?? 0));
    if (this.#model.logFormat === "JSON") {
      const metrics =
        `"durationMs":${rounded(durationMs)},"billedDurationMs":${billedMs},"memorySizeMB":${memorySizeMB}` +
        `,"maxMemoryUsedMB":${maxMemoryUsedMB}${initMs === undefined ? "" : `,"initDurationMs":${rounded(initMs)}`}`;
      this.#writePlatformLine(
        status === "success" ? "INFO" : "WARN",
        "platform.report",
        `{"requestId":"${requestId}","metrics":{${metrics}},"status":"${status}"}`,
        job,
      );
      return;
    }
    if (status === "timeout") {
      this.write(`${this.#time()} ${requestId} Task timed out after ${(durationMs / 1000).toFixed(2)} seconds`, job);
    }
    this.write(`END RequestId: ${requestId}`, job);
    this.write(
      [
        `REPORT RequestId: ${requestId}`,
        `Duration: ${durationMs.toFixed(2)} ms`,
        `Billed Duration: ${billedMs} ms`,
        `Memory Size: ${memorySizeMB} MB`,
        `Max Memory Used: ${maxMemoryUsedMB} MB`,
        ...(initMs !== undefined ? [`Init Duration: ${initMs.toFixed(2)} ms`] : []),
        ...(status === "error" || status === "timeout" ? [`Status: ${status}`] : []),
        "",
      ].join("\t"),
      job,
    );
  }

  /**
   * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
   * @param record JSON text
   */
  #writePlatformLine(level: LogLevel, type: string, record: string, job?: Job): void {
    if (!isLogged(level, this.#model.systemLogLevel)) return;
    this.write(`{"time":"${this.#time()}","type":"${type}","record":${record}}`, job);
  }

  #time(): string {
    const at = this.#platform.now();
    if (at !== this.#printed.at) this.#printed = { at, text: new Date(at).toISOString() };
    return this.#printed.text;
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
