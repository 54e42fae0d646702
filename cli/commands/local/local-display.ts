/**
 * What `demo-auth local` says. On a terminal: what runs where, then a line for each request with the reason for each
 * refusal, and codes as they are mailed. Elsewhere its state is one JSON document a line on stdout, and requests and
 * refusals are a line each: text on stderr, or JSON on stdout with `--json`. No code and no token is in them, because they end
 * up in logs.
 */

import type { Message } from "../../../local/cognito/service.ts";
import { eventLine } from "../../../local/console/event-line.ts";
import type { ReadyDocument } from "../../../local/host/ready-document.ts";
import type { ApiRequestEvent, CloudEvent } from "../../../local/platform.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { reportOf } from "../../shared/errors.ts";
import { commandLine, type Typing } from "../../shared/next-step.ts";
import type { Output } from "../../shared/output.ts";
import { duration, redact, safeBlock, safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { targetNeeded } from "../../targets/cloud-choice.ts";
import { routeToTry } from "../../targets/target.ts";
import { evaluations } from "./evaluations.ts";
import { describe, differences } from "./ready-text.ts";
import { repeatedLines } from "./repeated-lines.ts";

export interface LocalDisplay {
  /** For whatever else is said while the cloud runs. */
  out: Output;
  /** The program is evaluated for the first time from now on. */
  evaluating(): void;
  /** @param resources how many the program has made so far */
  progress(resources: number): void;
  /** @param kept whether users and keys outlive the cloud */
  ready(ready: ReadyDocument, kept: boolean): void;
  event(event: CloudEvent, messages: () => Message[]): void;
  /** @param files what changed, relative to the project */
  changed(files: string[]): void;
  reloaded(ready: ReadyDocument): void;
  /** The changed program is broken and what ran before keeps running. */
  reloadFailed(error: unknown): void;
  /** Nothing more is to be said. */
  close(): void;
}

export function localDisplay({ world, out, flags }: CommandContext): LocalDisplay {
  const typing = { invocation: world.invocation, targetFlags: {} };
  const quiet = flags.quiet === true;
  return out.json || !out.stderrIsTerminal ? forPrograms(out, typing) : forPeople(out, world, quiet, typing);
}

function forPrograms(out: Output, typing: Typing): LocalDisplay {
  const print = (events: Reported[]) => {
    if (out.json) return out.document(...events.map(record));
    out.note(...events.map((event) => `${new Date(event.at).toISOString()} ${redact(eventLine(event) ?? "")}`));
  };
  // To write a line of its own for each would cost a loaded cloud a tenth of its time.
  const happened = together(print);
  const document = (value: unknown) => {
    happened.flush();
    out.document(value);
  };
  const course = evaluations((afterMs, resources) => {
    if (out.json) out.important(JSON.stringify({ event: "evaluating", seconds: afterMs / 1000, resources }));
    else out.note(goesOn(afterMs, resources));
  });
  return {
    out: {
      ...out,
      note: () => {},
      warn(text) {
        if (course.isNews(text)) out.warn(text);
      },
    },
    evaluating: course.begins,
    progress: course.progress,
    ready(ready) {
      course.ends(true);
      document(ready);
      if (ready.reach) out.important(`${out.mark("yellow", "!")} ${reachInWords(ready.reach)}`);
    },
    event(event) {
      if (event.kind === "api-request" || isRefusal(event)) happened.add(event);
    },
    changed: course.begins,
    reloaded(ready) {
      course.ends(true);
      document({ ...ready, event: "reloaded" });
    },
    reloadFailed(error) {
      course.ends(false);
      document({ event: "reload-failed", error: reportOf(error, typing) });
    },
    close: () => course.ends(false),
  };
}

/** Hands on at once what comes in one turn of the event loop. */
function together<T>(handOn: (all: T[]) => void): { add(one: T): void; flush(): void } {
  let all: T[] = [];
  const flush = () => {
    const these = all;
    all = [];
    if (these.length > 0) handOn(these);
  };
  return {
    add(one) {
      if (all.push(one) === 1) setImmediate(flush);
    },
    flush,
  };
}

const REFUSALS = ["sign-in", "oauth", "database", "aws-api", "trigger"] as const;

type Refusal = Extract<CloudEvent, { kind: (typeof REFUSALS)[number] }>;

/** A trigger that failed is the only one to say why a sign-up or an administrator's call was refused. */
const isRefusal = (event: CloudEvent): event is Refusal =>
  REFUSALS.some((kind) => kind === event.kind) && (event as Refusal).reason !== undefined;

/** What is said of a running cloud: requests, and what was refused. */
type Reported = Refusal | ApiRequestEvent;

/** What happened as one object: `event` is `request` or the kind of the refusal, `at` is ISO 8601. */
function record({ kind, at, ...event }: Reported): object {
  const members = Object.entries(event).map(([name, value]) => [
    name,
    typeof value === "string" ? safeText(redact(value)) : value,
  ]);
  return {
    event: kind === "api-request" ? "request" : kind,
    at: new Date(at).toISOString(),
    ...Object.fromEntries(members),
  };
}

/** Moves to the beginning of the line and empties it (ECMA-48 CR, EL). */
const FRESH_LINE = "\r\x1b[K";

function forPeople(out: Output, world: World, quiet: boolean, typing: Typing): LocalDisplay {
  const terminal = world.stderr;
  // A terminal without cursor movement, and a log that is kept, would show each number.
  const canRewrite = world.env.TERM !== "dumb" && !world.env.CI;
  let progressShown = false;
  const clearProgress = () => {
    if (progressShown) terminal.write(FRESH_LINE);
    progressShown = false;
  };
  const write = (text: string) => {
    clearProgress();
    out.note(text);
  };
  const line = (text: string) => {
    repeated.flush();
    write(text);
  };
  const course = evaluations((afterMs, resources) => line(goesOn(afterMs, resources)));
  const repeated = repeatedLines((words, at) => stamped(at, words));
  let running: ReadyDocument | undefined;
  /** What has changed, while the program is evaluated for it. */
  let announced: string | undefined;
  const stamped = (at: number, text: string) =>
    write(`${out.mark("dim", new Date(at).toTimeString().slice(0, 8))} ${text}`);
  return {
    out: {
      ...out,
      note: line,
      warn(text) {
        if (!course.isNews(text)) return;
        clearProgress();
        out.warn(text);
      },
    },
    evaluating: course.begins,
    progress(resources) {
      course.progress(resources);
      if (quiet || !canRewrite) return;
      terminal.write(`${FRESH_LINE}${out.mark("dim", `  ${resources} ${resources === 1 ? "resource" : "resources"}`)}`);
      progressShown = true;
    },
    ready(ready, kept) {
      course.ends(true);
      running = ready;
      clearProgress();
      describe(out, ready);
      if (ready.reach) out.important(`${out.mark("yellow", "!")} ${reachInWords(ready.reach)}`);
      const fate = kept ? "kept" : "forgotten";
      out.note("");
      out.note(
        `${nextSteps(ready, { ...typing, targetFlags: { target: targetNeeded(world, ready) } })}Ctrl-C ends this cloud; users and keys are ${fate}.`,
      );
      out.note("");
    },
    event(event, messages) {
      const text = eventLine(event);
      if (text === undefined) return;
      const isOfSdk = event.kind === "database" || event.kind === "aws-api";
      if (!isOfSdk) repeated.flush();
      else if (!repeated.isNew(text, event.at)) return;
      if (event.kind !== "mail") return stamped(event.at, coloured(out, event, text));
      const code = messages().findLast(({ to }) => to === event.to)?.code;
      stamped(event.at, code ? `${text}  ${out.mark("bold", `code ${safeText(code, 40)}`)}` : text);
    },
    changed(files) {
      course.begins();
      const named = files
        .slice(0, 3)
        .map((file) => safeText(file, 200))
        .join(", ");
      const more = files.length > 3 ? ` and ${files.length - 3} more` : "";
      const text = `${out.mark("cyan", "↻")} ${named}${more} changed; evaluating the program again…`;
      // Saves in a row are one change for whoever makes them.
      if (text !== announced) line(text);
      announced = text;
    },
    reloaded(ready) {
      course.ends(true);
      announced = undefined;
      line(
        `${out.mark("green", "✓")} The changed program runs: ${summary(ready)}. Users and sessions are as they were.`,
      );
      for (const difference of running ? differences(out, running, ready) : []) line(`  ${difference}`);
      running = ready;
    },
    reloadFailed(error) {
      course.ends(false);
      announced = undefined;
      clearProgress();
      const { message, hint } = reportOf(error, typing);
      out.error({ code: "program_failed", message: safeBlock(message), exitCode: 0, ...(hint && { hint }) });
      line(out.mark("dim", "  What ran before keeps running."));
    },
    close() {
      repeated.flush();
      course.ends(false);
    },
  };
}

function goesOn(afterMs: number, resources: number): string {
  const still = `Still evaluating the program after ${duration(afterMs)}`;
  if (resources === 0)
    return `${still}, with no resource so far. Where it is TypeScript, Pulumi type-checks it first, which PULUMI_NODEJS_TRANSPILE_ONLY=true leaves out.`;
  return `${still}, with ${resources} resource${resources === 1 ? "" : "s"} so far. A program that keeps a server, a timer or a connection open does not end.`;
}

/** What `--host` has done, for whoever did not mean all of it: never left out. */
function reachInWords({ address, hosts }: NonNullable<ReadyDocument["reach"]>): string {
  const where = address === "0.0.0.0" || address === "::" ? "every address of this machine" : safeText(address);
  const names = ["loopback names", ...hosts.map((host) => safeText(host))].join(", ");
  return `Other machines can reach the pools, hosted UIs and APIs at ${where}, by their ports: sign up, sign in, and have your functions run. Requests for ${names} are answered. Console, mail and users stay this machine's.`;
}

function coloured(out: Output, event: CloudEvent, text: string): string {
  if (event.kind !== "api-request") return text;
  const [status = "", ...rest] = text.split(" ");
  const style = event.status < 400 ? "green" : event.status < 500 ? "yellow" : "red";
  return `${out.mark(style, status)} ${rest.join(" ")}`;
}

function summary({ apis, functions, userPools }: ReadyDocument): string {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? "" : "s"}`;
  const routes = apis.flatMap(({ stages }) => stages.flatMap((stage) => stage.routes)).length;
  return `${count(userPools.length, "user pool")}, ${count(routes, "route")}, ${count(functions.length, "function")}`;
}

/** Where there is an app client to sign in with; and a route to call where no choice has to be made for it. */
function nextSteps({ userPools, apis }: ReadyDocument, typing: Typing): string {
  if (userPools.every(({ clients }) => clients.length === 0)) return "";
  const stages = apis.flatMap((api) => api.stages);
  const route = routeToTry(stages[0]?.routes ?? []);
  const call = stages.length === 1 && route ? `, then ${commandLine(typing, "call", [route.path])}` : "";
  return `Next: ${commandLine(typing, "login")}${call}. `;
}
