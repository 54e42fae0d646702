/** The process of a cloud that a test started: does what the test's process asks for, and ends with it. */
import { type Failure, failureOf } from "./cloud-error.ts";
import { type ControlOptions, type Controls, openControls } from "./controls.ts";

/** What the test's process sends. */
export type Order =
  | { kind: "start"; options: ControlOptions }
  | { kind: "call"; id: number; name: keyof Omit<Controls, "ready">; given: unknown[] };

/** What it hears. */
export type Report =
  | { kind: "ready"; ready: Controls["ready"] }
  | { kind: "failed"; error: Failure }
  | { kind: "log"; line: string }
  | { kind: "done"; id: number; value: unknown }
  | { kind: "refused"; id: number; error: Failure };

const tell = (report: Report) => {
  if (process.connected) process.send!(report);
};
const ending = new AbortController();
let controls: Controls | undefined;

// Ctrl-C reaches the whole group; the test's process is the one to decide.
process.on("SIGINT", () => {});
process.on("disconnect", () => void end());
process.on("message", (order: Order) => {
  if (order.kind === "start") void start(order.options);
  else void obey(order);
});

async function start(options: ControlOptions): Promise<void> {
  try {
    controls = await openControls(options, (line) => tell({ kind: "log", line }), ending.signal);
    tell({ kind: "ready", ready: controls.ready });
  } catch (error) {
    tell({ kind: "failed", error: failureOf(error) });
  }
  if (ending.signal.aborted) await end();
}

async function obey({ id, name, given }: Extract<Order, { kind: "call" }>): Promise<void> {
  try {
    const value = await (controls![name] as (...given: unknown[]) => Promise<unknown>)(...given);
    tell({ kind: "done", id, value });
  } catch (error) {
    tell({ kind: "refused", id, error: failureOf(error) });
  }
}

async function end(): Promise<void> {
  ending.abort();
  await controls?.close();
  process.exit();
}
