/** How the tour tells its steps: numbered on a terminal, in one document with `--json`. */
import { STATUS_CODES } from "node:http";
import type { CommandContext } from "../../shared/command-context.ts";
import { safeText } from "../../shared/text.ts";

export interface Narrator {
  title(text: string): void;
  step(text: string): void;
  line(text: string): void;
  /** All is told; with `--json`, in one document. */
  end(): void;
}

export function narrator({ out }: CommandContext): Narrator {
  const steps: { title: string; lines: string[] }[] = [];
  const line = (text: string) => (out.json ? undefined : out.text(`${text}\n`));
  return {
    title: (text) => line(`\n${text}\n${"=".repeat(text.length)}`),
    step(title) {
      steps.push({ title, lines: [] });
      line(`\n${steps.length}. ${title}`);
    },
    line(text) {
      steps.at(-1)?.lines.push(text);
      line(`   ${text}`);
    },
    end: () => (out.json ? out.document({ ok: true, steps }) : undefined),
  };
}

/** The answer as a person reads it, shortened. */
export function tellAnswer(
  tell: Narrator,
  method: string,
  url: string,
  answer: Response,
  body: string,
  shown = SHOWN_LINES,
): void {
  tell.line(`${method} ${url}`);
  tell.line(`HTTP ${answer.status} ${STATUS_CODES[answer.status] ?? ""}`);
  const lines = readable(body);
  for (const text of lines.slice(0, shown)) tell.line(text);
  if (lines.length > shown) tell.line(`… and ${lines.length - shown} lines more`);
}

const SHOWN_LINES = 16;

/** JSON as a person reads it; anything else as it is, in lines. */
function readable(body: string): string[] {
  let text = body;
  try {
    const value: unknown = JSON.parse(body);
    if (body.length > 80) text = JSON.stringify(value, null, 2);
  } catch {
    // Not JSON: shown as it came.
  }
  return text.split("\n").map((line) => safeText(line, 200));
}
