/**
 * What an execution environment and its worker thread say to each other. Everything is plain data that structured clone
 * carries cheaply: payloads stay JSON text until the worker parses them.
 */

/** Given once, when the worker starts. */
export interface RuntimeSettings {
  codeDirectory: string;
  /** `<file>.<export>` */
  handler: string;
  /** The Node major that the function declares, which decides the handler's contract. */
  runtimeMajor: number;
  logFormat: "Text" | "JSON";
  functionName: string;
  functionArn: string;
  memorySizeMb: number;
  logGroupName: string;
  logStreamName: string;
  /** From the function's own `NODE_OPTIONS`, the one option that is honoured. */
  sourceMaps: boolean;
}

/** Host to worker. */
export interface InvocationMessage {
  requestId: string;
  /** JSON text */
  payload: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  traceId: string | undefined;
}

/** Worker to host. */
export type RuntimeMessage =
  | { kind: "ready" }
  | { kind: "init-failed"; payload: string }
  | { kind: "log"; line: string }
  | {
      kind: "done";
      payload: string;
      failed: boolean;
      durationMs: number;
      memoryBytes: number;
      /** The runtime is about to exit and takes no other invocation. */
      ending: boolean;
    };
