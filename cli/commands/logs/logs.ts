/** A running local cloud's events, one line each; with `--json` one document each. */
import { eventLine } from "../../../local/console/event-line.ts";
import type { CloudEvent } from "../../../local/platform.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { requestJson } from "../../shared/http.ts";
import { safeText } from "../../shared/text.ts";
import { cloudEvents } from "../../targets/cloud-events.ts";

export interface LogsFlags {
  follow?: boolean;
}

interface Mail {
  to: string;
  code: string | null;
  sentAt: string | number;
}

/** @throws CliError `target_not_found` when the target is not a running local cloud */
export async function logs(io: CommandContext<LogsFlags>): Promise<void> {
  const { world, out, flags } = io;
  const { resolveConsole } = await import("../../targets/resolve.ts");
  const { label, console } = await resolveConsole(world, flags, out.warn);
  if (console === undefined) {
    throw new CliError("target_not_found", `${label} is not a running local cloud.`, {
      next: "What API Gateway and Lambda log on AWS is in CloudWatch: aws logs tail",
    });
  }
  out.note(out.mark("dim", `Target: ${label} (${console})`));
  const ending = new AbortController();
  // What happened lately comes at once; a pause says that it is all there.
  let quiet = flags.follow ? undefined : setTimeout(() => ending.abort(), patienceMs);
  let shown = false;
  try {
    for await (const event of cloudEvents(world, console, ending.signal)) {
      quiet?.refresh();
      if (out.json) {
        out.document(event);
        continue;
      }
      const line = eventLine(event as unknown as CloudEvent);
      if (line === undefined) continue;
      const code = event.kind === "mail" && out.stdoutIsTerminal ? await codeOf(io, console, event) : undefined;
      shown = true;
      const time = new Date(event.at).toTimeString().slice(0, 8);
      out.text(`${time} ${line}${code === undefined ? "" : `  code ${safeText(code, 40)}`}\n`);
    }
  } catch (error) {
    if (!ending.signal.aborted && !isCut(error)) throw error;
  } finally {
    clearTimeout(quiet);
    quiet = undefined;
  }
  if (flags.follow) out.note("The local cloud has ended.");
  else if (!shown) out.note("Nothing has happened there yet.");
}

/** A cloud that ends, or is killed, cuts its answer off. */
const isCut = (error: unknown) => ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(Object(error).code);

const patienceMs = 300;

async function codeOf({ world }: CommandContext, console: string, event: Record<string, unknown>) {
  const mails = (await requestJson(world, "the local cloud", `${console}/api/messages`)) as Mail[];
  const own = mails.filter(
    ({ to, sentAt }) => to === event.to && new Date(sentAt).getTime() <= Number(event.at) + 1000,
  );
  return own.at(-1)?.code ?? undefined;
}
