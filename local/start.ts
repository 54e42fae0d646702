/**
 * Starts a local cloud: evaluates the program and serves what it declares, on an origin of its own for the console with
 * the identity provider, for each hosted-UI domain and for each REST API, so that every path on the wire equals AWS's.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Message, UserAdministration } from "./cognito/service.ts";
import { EventLog } from "./console/event-log.ts";
import { type Project, readProject } from "./engine/project.ts";
import { type EvaluationOptions, evaluateProject } from "./host/evaluation.ts";
import type { Generation } from "./host/generation.ts";
import { CONSOLE, Origins } from "./host/origins.ts";
import type { ReadyDocument } from "./host/ready-document.ts";
import type { ServerCertificate } from "./http/certificates.ts";
import type { CloudEvent, Platform } from "./platform.ts";
import { openStateFolder, temporaryStateFolder } from "./store/state-folder.ts";
import { openStore } from "./store/store.ts";

export interface LocalCloudOptions extends EvaluationOptions {
  /** Where `Pulumi.yaml` lies. */
  projectDirectory: string;
  stack: string;
  /** The console's; the others follow it. 0 takes free ones. */
  port: number;
  /** Where users, keys and code are kept; `undefined` forgets everything at the end. */
  stateDirectory: string | undefined;
  /** Serves over TLS, with an authority of its own that is kept with the state. */
  https?: boolean | undefined;
  /** Where functions send calls to every service of AWS but Cognito: an emulator that runs already. */
  awsEndpoint?: string | undefined;
  onEvent?: (event: CloudEvent) => void;
  now?: () => number;
}

export interface LocalCloud {
  /** What runs now. */
  readonly ready: ReadyDocument;
  /** What would have been sent by e-mail and SMS, newest last. */
  messages(): Message[];
  /** What an administrator may do to the users of a pool; `undefined` for a pool that does not exist. */
  admin(userPoolId: string): UserAdministration | undefined;
  /** @returns what puts users, mail and the counts of limits back to how they are now, until the next reload */
  checkpoint(): () => void;
  /**
   * Evaluates the program again and puts what it now declares in the place of what ran, with the same users, keys,
   * sessions and origins. Requests that are being answered are answered by what took them.
   * @throws ProjectError, ProgramError, PortTakenError: what ran before keeps running; an AbortError when a newer call
   * came before the program had ended
   */
  reload(): Promise<ReadyDocument>;
  close(): Promise<void>;
}

/**
 * @throws ProjectError, ProgramError, StateError, PortTakenError: each with a sentence for the person and the mend
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const read = () => readProject(options.projectDirectory, options.stack, options.environment);
    const firstProject = read();
    const directory = options.stateDirectory ?? temporaryDirectory(closers);
    openStateFolder(directory);
    const store = openStore(options.stateDirectory === undefined ? ":memory:" : join(directory, "state.db"));
    closers.push(() => store.close());
    const tls = options.https ? await tlsIdentity(directory, options.now) : undefined;
    const origins = new Origins(options.port, tls);
    closers.push(() => origins.close());
    const consoleServer = await origins.open(CONSOLE);

    const events = new EventLog();
    if (options.onEvent) events.subscribe(options.onEvent);
    const platform: Platform = {
      now: options.now ?? Date.now,
      randomUUID,
      randomBytes,
      store,
      emit: (event) => events.emit(event),
    };
    const ending = new AbortController();
    closers.push(() => ending.abort());
    const signal = AbortSignal.any([ending.signal, ...(options.signal ? [options.signal] : [])]);
    const build = async (project: Project, superseded?: AbortSignal) => {
      const until = superseded ? AbortSignal.any([signal, superseded]) : signal;
      const [declaration, { startGeneration }] = await Promise.all([
        evaluateProject(
          project,
          { ...options, keepsOutputs: options.stateDirectory !== undefined, signal: until },
          join(directory, "functions"),
        ),
        loadServices(),
      ]);
      return startGeneration(declaration, {
        origins,
        platform,
        certificateAuthority: tls?.caFile,
        awsEndpoint: options.awsEndpoint,
      });
    };

    const live = new Set<Generation>();
    closers.push(async () => void (await Promise.all([...live].map((deployment) => deployment.close()))));
    let current = await build(firstProject);
    live.add(current);
    current.takeOver();
    const { consoleListener } = await loadServices();
    consoleServer.handle(consoleListener({ deployment: () => current, events, platform }));

    const reload = async (superseded: AbortSignal) => {
      const tell = (outcome: "evaluating" | "running" | "failed", reason?: string) =>
        events.emit({ kind: "program", at: platform.now(), outcome, ...(reason === undefined ? {} : { reason }) });
      tell("evaluating");
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
    return {
      get ready() {
        return current.ready;
      },
      messages: () => current.cognito.messages(),
      admin: (userPoolId) => current.cognito.admin(userPoolId),
      checkpoint: () => current.checkpoint(),
      reload() {
        // One after the other, and the last one asked for is what runs in the end: an older program that is still being
        // evaluated, perhaps for ever, is given up.
        latest.abort();
        latest = new AbortController();
        const { signal: superseded } = latest;
        const next = reloading.then(() => reload(superseded));
        reloading = next.catch(() => {});
        return next;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
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
