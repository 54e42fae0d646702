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
import { readProject } from "./engine/project.ts";
import { PREPARED_AFTER_MS, SpareProgram } from "./engine/spare-program.ts";
import { type EvaluationOptions, evaluateProject } from "./host/evaluation.ts";
import type { Generation } from "./host/generation.ts";
import { CONSOLE, Origins } from "./host/origins.ts";
import { projectReads } from "./host/project-reads.ts";
import type { ReadyDocument } from "./host/ready-document.ts";
import { watchSources } from "./host/watch.ts";
import type { ServerCertificate } from "./http/certificates.ts";
import type { Reach } from "./http/loopback.ts";
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
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const ending = new AbortController();
    const missed: string[] = [];
    // What changes before the cloud runs is kept for then.
    let onChange = (files: string[]) => void missed.push(...files);
    const watching =
      options.watch && watchProgram(options, options.watch, (files: string[]) => onChange(files), closers);
    let { config } = options;
    const read = () => {
      const reads = watching?.sources.evaluation();
      for (const one of projectReads(options.projectDirectory, options.stack)) reads?.note(one);
      const project = readProject(options.projectDirectory, options.stack, options.environment);
      return { project: { ...project, config: { ...project.config, ...config } }, reads };
    };
    const first = read();
    const directory = options.stateDirectory ?? temporaryDirectory(closers);
    openStateFolder(directory);
    const store = openStore(options.stateDirectory === undefined ? ":memory:" : join(directory, "state.db"));
    closers.push(() => store.close());
    const tls = options.https ? await tlsIdentity(directory, options.now) : undefined;
    const origins = new Origins(options.port, tls, options.reach);
    closers.push(() => origins.close());
    const consoleServer = await origins.open(CONSOLE);

    const events = new EventLog();
    if (options.onEvent) events.subscribe(options.onEvent);
    const platform: Platform = {
      now: options.now ?? Date.now,
      machineNow: Date.now,
      randomUUID,
      randomBytes,
      store,
      emit: (event) => events.emit(event),
    };
    closers.push(() => ending.abort());
    const signal = AbortSignal.any([ending.signal, ...(options.signal ? [options.signal] : [])]);
    const spareRuntime = new SpareRuntime({ readyAfterMs: watching && PREPARED_AFTER_MS });
    closers.push(() => spareRuntime.close());
    const eventQueue = new EventQueue(platform);
    closers.push(() => eventQueue.forget());
    const build = async ({ project, reads }: ReturnType<typeof read>, superseded?: AbortSignal) => {
      const until = superseded ? AbortSignal.any([signal, superseded]) : signal;
      const traced = watching && reads && { reads, spare: watching.spare };
      const compileCache = superseded && watching ? options.watch?.compileCache : options.compileCache;
      const [declaration, { startGeneration }] = await Promise.all([
        evaluateProject(
          project,
          { ...options, compileCache, keepsOutputs: options.stateDirectory !== undefined, signal: until },
          join(directory, "functions"),
          traced,
        ).then(
          (evaluation) => {
            reads?.end(true);
            return evaluation;
          },
          (error: unknown) => {
            reads?.end(false);
            throw error;
          },
        ),
        loadServices(),
      ]);
      return startGeneration(declaration, {
        origins,
        platform,
        certificateAuthority: tls?.caFile,
        reach: options.reach,
        awsEndpoint: options.awsEndpoint,
        spareRuntime,
        eventQueue,
      });
    };

    const live = new Set<Generation>();
    closers.push(async () => void (await Promise.all([...live].map((deployment) => deployment.close()))));
    let current = await build(first);
    live.add(current);
    current.takeOver();
    const { consoleListener } = await loadServices();
    consoleServer.handle(consoleListener({ deployment: () => current, events, platform }));

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
    let reloading: Promise<unknown> = Promise.resolve();
    let latest = new AbortController();
    // One after the other, and the last one asked for is what runs in the end: an older program that is still being
    // evaluated, perhaps for ever, is given up.
    const reloadLatest = (changed = config) => {
      config = changed;
      latest.abort();
      latest = new AbortController();
      const { signal: superseded } = latest;
      const next = reloading.then(() => reload(superseded));
      reloading = next.catch(() => {});
      return next;
    };
    onChange = (files) => {
      const { onChange: tell, onReload, onFailure } = options.watch ?? {};
      tell?.(files.map((file) => relative(options.projectDirectory, file)));
      const reloaded = reloadLatest();
      const mine = latest;
      const isNews = () => mine === latest && !signal.aborted;
      reloaded.then(
        (ready) => isNews() && onReload?.(ready),
        (error: unknown) => isNews() && onFailure?.(error),
      );
    };
    if (missed.length > 0) onChange(missed);
    return {
      get ready() {
        return current.ready;
      },
      messages: () => current.cognito.messages(),
      runsByHand: () => current.runsByHand(),
      admin: (userPoolId) => current.cognito.admin(userPoolId),
      checkpoint: () => current.checkpoint(),
      clockMoved: () => eventQueue.runDue(),
      reload: reloadLatest,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The watch, and the process that waits for the next evaluation. */
function watchProgram(
  { stateDirectory }: LocalCloudOptions,
  { ignore = [], compileCache, onBlindness }: WatchOptions,
  onChange: (files: string[]) => void,
  closers: (() => void)[],
) {
  const spare = new SpareProgram({ compileCache });
  const sources = watchSources({
    ignore: [...ignore, ...(stateDirectory === undefined ? [] : [stateDirectory])],
    onChange,
    onBlindness,
  });
  closers.push(
    () => sources.close(),
    () => spare.close(),
  );
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
async function tlsIdentity(directory: string, now = Date.now): Promise<ServerCertificate> {
  const { serverCertificate } = await import("./http/certificates.ts");
  return serverCertificate(join(directory, "tls"), now());
}

function temporaryDirectory(closers: (() => void)[]): string {
  const directory = temporaryStateFolder();
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
