/**
 * Who hears what: stdout carries data only; every word to the person goes to stderr (https://clig.dev/#output).
 * With `--json` stderr stays parseable: only the sign-in URL and a closing error object appear there.
 */
import { styleText } from "node:util";
import type { ErrorReport } from "./errors.ts";
import { redact, safeBlock, safeJson, safeText } from "./text.ts";
import type { World } from "./world.ts";

export interface OutputFlags {
  json?: boolean | undefined;
  quiet?: boolean | undefined;
  debug?: boolean | undefined;
  /** False after `--no-color`. */
  color?: boolean | undefined;
}

export interface Output {
  readonly json: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stdoutTakesColour: boolean;
  readonly stderrIsTerminal: boolean;
  /** Bytes or text for stdout, exactly as given: what another program asked for. */
  data(bytes: string | Uint8Array): void;
  /** Text of several lines for stdout, for a person. */
  text(block: string): void;
  /** JSON documents for stdout, each with a newline; several are written at once. */
  document(...values: unknown[]): void;
  /** Lines for the person, unless `--quiet` or `--json`; several are written at once. */
  note(...lines: string[]): void;
  /** A line that the person cannot do without: shown even with `--quiet` and `--json`. */
  important(line: string): void;
  warn(line: string): void;
  /** A line for `--debug`; secrets are taken out. */
  debug(line: string): void;
  error(report: ErrorReport, stack?: string): void;
  /** Marks text on stderr, when stderr takes colour. */
  mark(style: "bold" | "dim" | "green" | "red" | "yellow" | "cyan", text: string): string;
}

/** Builds the output for one invocation. Each stream's colour is decided on its own (https://no-color.org). */
export function openOutput(world: World, flags: OutputFlags): Output {
  const json = flags.json === true;
  const colour = takesColour(world, world.stderr, flags);
  const line = (...texts: string[]) =>
    void world.stderr.write(texts.map((text) => `${harmless(text, safeLine)}\n`).join(""));
  const block = (text: string) => void world.stderr.write(`${harmless(text, safeBlock)}\n`);
  const mark: Output["mark"] = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  return {
    json,
    stdoutIsTerminal: world.stdout.isTTY === true,
    stdoutTakesColour: takesColour(world, world.stdout, flags),
    stderrIsTerminal: world.stderr.isTTY === true,
    data: (bytes) => void world.stdout.write(bytes),
    text: (text) => void world.stdout.write(harmless(text, safeBlock)),
    document: (...values) => void world.stdout.write(values.map((value) => `${safeJson(value)}\n`).join("")),
    note: (...texts) => (flags.quiet || json ? undefined : line(...texts)),
    important: (text) => line(text),
    warn: (text) => (json ? undefined : line(`${mark("yellow", "!")} ${text}`)),
    debug: (text) => (flags.debug ? line(mark("dim", `debug: ${safeText(redact(text), 2000)}`)) : undefined),
    error(report, stack) {
      if (json) {
        line(safeJson({ error: report }));
        return;
      }
      block(`${mark("red", "✗")} ${report.message}`);
      for (const step of report.hint?.split("\n") ?? []) line(`  ${mark("bold", "→")} ${step}`);
      if (stack) block(mark("dim", redact(stack)));
    },
    mark,
  };
}

function takesColour(world: World, stream: { isTTY?: boolean }, flags: OutputFlags): boolean {
  if (flags.color === false) return false;
  const force = world.env.FORCE_COLOR;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (world.env.NO_COLOR || world.env.TERM === "dumb") return false;
  return stream.isTTY === true;
}

/** The colours that `mark` makes; whoever brings them along can colour a word, and nothing else. */
const marks = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

/** The one place where text passes to a terminal: whatever could steer it is taken out, except our own colours. */
function harmless(text: string, safe: (part: string) => string): string {
  if (!text.includes("\u001b")) return safe(text);
  return text
    .split(marks)
    .map((part, at) => (at % 2 === 1 ? part : safe(part)))
    .join("");
}

const safeLine = (text: string) => safeText(text, Number.POSITIVE_INFINITY);
