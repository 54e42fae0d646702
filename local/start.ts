/**
 * Starts a local cloud: evaluates the program and serves what it declares, on an origin of its own for the console with
 * the identity provider, for each hosted-UI domain and for each REST API, so that every path on the wire equals AWS's.
 */

import { randomBytes, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Message, UserAdministration } from "./cognito/service.ts";
import { EventLog } from "./console/event-log.ts";
import { type Project, readProject } from "./engine/project.ts";
import { PREPARED_AFTER_MS, SpareProgram } from "./engine/spare-program.ts";
import { type EvaluationOptions, evaluateProject } from "./host/evaluation.ts";
import type { Generation, Site } from "./host/generation.ts";
import { NewestOnly } from "./host/newest-only.ts";
import { CONSOLE, Origins } from "./host/origins.ts";
import { projectReads } from "./host/project-reads.ts";
import type { ReadyDocument } from "./host/ready-document.ts";
import { type EvaluationReads, watchSources } from "./host/watch.ts";
import type { ServerCertificate } from "./http/certificates.ts";
import type { Reach } from "./http/loopback.ts";
import { keepTick } from "./kept-tick.ts";
import { EventQueue } from "./lambda/event-queue.ts";
import type { RunsByHand } from "./lambda/runs-by-hand.ts";
import { SpareRuntime } from "./lambda/spare-runtime.ts";
import type { CloudEvent, Platform } from "./platform.ts";
import { openStateFolder, temporaryStateFolder } from "./store/state-folder.ts";
import { openStore } from "./store/store.ts";

export interface LocalCloudOptions extends EvaluationOptions {
  /** Where `Pulumi.yaml` lies. */
  projectDirectory: string;
  stack: string;
  /** `namespace:key` → text, over what the stack's files say, as `pulumi up --config` gives it. */
  config?: Record<string, string> | undefined;
  /** The console's; the others follow it. 0 takes free ones. */
  port: number;
  /** Where users, keys and code are kept; `undefined` forgets everything at the end. */
  stateDirectory: string | undefined;
  /** Serves over TLS, with an authority of its own that is kept with the state. */
  https?: boolean | undefined;
  /** What its servers open to other machines; the console stays this machine's. */
  reach?: Reach | undefined;
  /** Where functions send calls to every service of AWS but Cognito: an emulator that runs already. */
  awsEndpoint?: string | undefined;
  /** Evaluates the program again when something that it read has changed. */
  watch?: WatchOptions | undefined;
  onEvent?: (event: CloudEvent) => void;
  now?: () => number;
}

export interface WatchOptions {
  /** Folders that are no sources, beside the cloud's own state. */
  ignore?: string[];
  /** The `compileCache` of every evaluation but the first, for which the process that waits fills it. */
  compileCache?: string | undefined;
  /** Paths of what changed, relative to the project, before the program is evaluated again. */
  onChange?: (files: string[]) => void;
  onReload?: (ready: ReadyDocument) => void;
  /** What ran before keeps running. */
  onFailure?: (error: unknown) => void;
  /** Hears in a sentence that changes will be missed. */
  onBlindness?: (warning: string) => void;
}

export interface LocalCloud {
  /** What runs now. */
  readonly ready: ReadyDocument;
  /** What would have been sent by e-mail and SMS, newest last. */
  messages(): Message[];
  /** The functions, to run with the events of what invokes them on AWS. */
  runsByHand(): Promise<RunsByHand>;
  /** What an administrator may do to the users of a pool; `undefined` for a pool that does not exist. */
  admin(userPoolId: string): UserAdministration | undefined;
  /** @returns what puts users, mail and the counts of limits back to how they are now, until the next reload */
  checkpoint(): () => void;
  /** What is due by the clock that the cloud was started with is done now, and not within a second. */
  clockMoved(): void;
  /**
   * Evaluates the program again and puts what it now declares in the place of what ran, with the same users, keys,
   * sessions and origins. Requests that are being answered are answered by what took them.
   * @param config in the place of the one that the cloud was started with, from now on
   * @throws ProjectError, ProgramError, PortTakenError: what ran before keeps running; an AbortError when a newer call
   * came before the program had ended
   */
  reload(config?: Record<string, string>): Promise<ReadyDocument>;
  close(): Promise<void>;
}

/**
 * @throws ProjectError, ProgramError, StateError, PortTakenError, NotAnAddressError: each with a sentence for the person and the fix
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  keepTick();
  // Ends what was started when the start fails half-way.
  await using started = new AsyncDisposableStack();
  const missed: string[] = [];
  // What changes before the cloud runs is kept for then.
  let onChange = (files: string[]) => void missed.push(...files);
  const watching = options.watch && watchProgram(options, options.watch, (files) => onChange(files), started);
  let { config } = options;
  const read = (): Read => {
    const reads = watching?.sources.evaluation();
    for (const one of projectReads(options.projectDirectory, options.stack)) reads?.note(one);
    const project = readProject(options.projectDirectory, options.stack, options.environment);
    return { project: { ...project, config: { ...project.config, ...config } }, reads };
  };
  const first = read();
  const directory = options.stateDirectory ?? temporaryDirectory(started);
  const events = new EventLog();
  if (options.onEvent) events.subscribe(options.onEvent);
  const site = await openSite(options, directory, events, watching !== undefined, started);
  const { origins, platform, spareRuntime, eventQueue } = site;
  const ending = new AbortController();
  started.defer(() => ending.abort());
  const signal = AbortSignal.any([ending.signal, ...(options.signal ? [options.signal] : [])]);
  const build = async ({ project, reads }: Read, superseded?: AbortSignal): Promise<Generation> => {
    const until = superseded ? AbortSignal.any([signal, superseded]) : signal;
    const compileCache = superseded && watching ? options.watch?.compileCache : options.compileCache;
    const evaluating = evaluateProject(
      project,
      { ...options, compileCache, keepsOutputs: options.stateDirectory !== undefined, signal: until },
      join(directory, "functions"),
      watching && reads && { reads, spare: watching.spare },
    );
    const ended = (well: boolean) => reads?.end(well);
    evaluating.then(
      () => ended(true),
      () => ended(false),
    );
    const [evaluation, { startGeneration }] = await Promise.all([evaluating, loadServices()]);
    return startGeneration(evaluation, site);
  };

  const live = new Set<Generation>();
  started.defer(async () => void (await Promise.all([...live].map((generation) => generation.close()))));
  let current = await build(first);
  live.add(current);
  current.takeOver();
  const { consoleListener } = await loadServices();
  origins.get(CONSOLE).handle(consoleListener({ current: () => current, events, platform }));

  const reload = async (superseded: AbortSignal) => {
    const tell = (outcome: "evaluating" | "running" | "failed", reason?: string) =>
      events.emit({ kind: "program", at: platform.now(), outcome, ...(reason === undefined ? {} : { reason }) });
    tell("evaluating");
    spareRuntime.prepare();
    try {
      const next = await build(read(), superseded);
      const previous = current;
      current = next;
      live.add(next);
      next.takeOver();
      previous.retire().finally(() => live.delete(previous));
      tell("running");
      return next.ready;
    } catch (error) {
      if (!superseded.aborted) tell("failed", (error as Error).message);
      throw error;
    }
  };
  const reloads = new NewestOnly();
  onChange = (files) => {
    const { onChange: tell, onReload, onFailure } = options.watch ?? {};
    tell?.(files.map((file) => relative(options.projectDirectory, file)));
    const { result, superseded } = reloads.run(reload);
    const isNews = () => !superseded.aborted && !signal.aborted;
    result.then(
      (ready) => isNews() && onReload?.(ready),
      (error: unknown) => isNews() && onFailure?.(error),
    );
  };
  if (missed.length > 0) onChange(missed);
  const running = started.move();
  return {
    get ready() {
      return current.ready;
    },
    messages: () => current.cognito.messages(),
    runsByHand: () => current.runsByHand(),
    admin: (userPoolId) => current.cognito.admin(userPoolId),
    checkpoint: () => current.checkpoint(),
    clockMoved: () => eventQueue.runDue(),
    reload(changed = config) {
      config = changed;
      return reloads.run(reload).result;
    },
    close: () => running.disposeAsync(),
  };
}

/** The project as it lies on disk, and what its evaluation reads, where somebody watches. */
interface Read {
  project: Project;
  reads: EvaluationReads | undefined;
}

/** What stays from one generation to the next, the console's origin opened. */
async function openSite(
  { stateDirectory, port, https, reach, awsEndpoint, now = Date.now }: LocalCloudOptions,
  directory: string,
  events: EventLog,
  isWatched: boolean,
  closers: AsyncDisposableStack,
): Promise<Site> {
  openStateFolder(directory);
  const store = openStore(stateDirectory === undefined ? ":memory:" : join(directory, "state.db"));
  closers.defer(() => store.close());
  const tls = https ? await tlsIdentity(directory, now) : undefined;
  const origins = new Origins(port, tls, reach);
  closers.defer(() => origins.close());
  await origins.open(CONSOLE);
  const platform: Platform = {
    now,
    machineNow: Date.now,
    randomUUID,
    randomBytes,
    store,
    emit: (event) => events.emit(event),
  };
  const spareRuntime = new SpareRuntime({ readyAfterMs: isWatched ? PREPARED_AFTER_MS : undefined });
  closers.defer(() => spareRuntime.close());
  const eventQueue = new EventQueue(platform);
  closers.defer(() => eventQueue.forget());
  return { origins, platform, certificateAuthority: tls?.caFile, reach, awsEndpoint, spareRuntime, eventQueue };
}

/** The watch, and the process that waits for the next evaluation. */
function watchProgram(
  { stateDirectory }: LocalCloudOptions,
  { ignore = [], compileCache, onBlindness }: WatchOptions,
  onChange: (files: string[]) => void,
  closers: AsyncDisposableStack,
) {
  const spare = new SpareProgram({ compileCache });
  const sources = watchSources({
    ignore: [...ignore, ...(stateDirectory === undefined ? [] : [stateDirectory])],
    onChange,
    onBlindness,
  });
  closers.defer(() => sources.close());
  closers.defer(() => spare.close());
  return { sources, spare };
}

/** What serves, which is loaded while the program is evaluated: the program's process is to be started first. */
async function loadServices() {
  await setImmediate();
  const [{ startGeneration }, { consoleListener }] = await Promise.all([
    import("./host/generation.ts"),
    import("./console/console.ts"),
  ]);
  return { startGeneration, consoleListener };
}

/** Loaded only when asked for: the certificate library is most of what it costs. */
async function tlsIdentity(directory: string, now: () => number): Promise<ServerCertificate> {
  const { serverCertificate } = await import("./http/certificates.ts");
  return serverCertificate(join(directory, "tls"), now());
}

function temporaryDirectory(closers: AsyncDisposableStack): string {
  const directory = temporaryStateFolder();
  closers.defer(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
