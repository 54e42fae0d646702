/**
 * Starts a local cloud: evaluates the program, then opens a loopback server for the console with the identity provider,
 * one for each hosted-UI domain and one for each REST API, so that every path on the wire equals AWS's.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { localAddresses } from "./addresses.ts";
import { restApi } from "./apigateway/rest-api.ts";
import type { ReadyApi, ReadyDocument, ReadyUserPool } from "./cloud.ts";
import { cognitoService } from "./cognito/service.ts";
import { consoleApp } from "./console/console.ts";
import { EventLog } from "./console/event-log.ts";
import type { CloudDefinition } from "./definitions.ts";
import { evaluate } from "./engine/evaluate.ts";
import type { ResourceGraph } from "./engine/graph.ts";
import type { Diagnostic } from "./engine/problems.ts";
import { readProject } from "./engine/project.ts";
import { type LoopbackServer, listenOnLoopback } from "./http/loopback.ts";
import { functionHost } from "./lambda/functions.ts";
import { unpackArchive } from "./resources/archive.ts";
import { awsProvider, declareCloud } from "./resources/aws.ts";
import { openStore } from "./store/store.ts";
import type { CloudEvent, World } from "./world.ts";

export interface LocalCloudOptions {
  /** Where `Pulumi.yaml` lies. */
  projectDirectory: string;
  stack: string;
  /** The console's; the others follow it. 0 takes free ones. */
  port: number;
  /** Where users, keys and code are kept; `undefined` forgets everything at the end. */
  stateDirectory: string | undefined;
  /** A file to remember the evaluated program in; `undefined` evaluates it at every start. */
  graphMemory?: string | undefined;
  /** The environment that the program sees. */
  environment: Record<string, string | undefined>;
  onProgramMessage?: (message: Diagnostic) => void;
  onEvent?: (event: CloudEvent) => void;
  now?: () => number;
  signal?: AbortSignal;
}

export interface LocalCloud {
  ready: ReadyDocument;
  close(): Promise<void>;
}

const DEFAULT_REGION = "us-east-1";

/**
 * @throws ProjectError, ProgramError, StateError, PortTakenError: each with a sentence for the person and the mend
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const project = readProject(options.projectDirectory, options.stack, options.environment);
    const directory = options.stateDirectory ?? temporaryDirectory(closers);
    const store = openStore(options.stateDirectory === undefined ? ":memory:" : join(directory, "state.db"));
    closers.push(() => store.close());
    const ports = new Ports(options.port, closers);
    const consoleServer = await ports.next();

    const region =
      project.config["aws:region"] ??
      options.environment.AWS_REGION ??
      options.environment.AWS_DEFAULT_REGION ??
      DEFAULT_REGION;
    const graph = await evaluate({
      project,
      memory: options.graphMemory,
      ownFolder: options.stateDirectory,
      provider: awsProvider(region),
      environment: options.environment,
      ...(options.onProgramMessage ? { onMessage: options.onProgramMessage } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const { definition, notEmulated } = declareCloud(graph, region, (archive) =>
      unpackArchive(archive, project.workingDirectory, join(directory, "functions")),
    );
    sortByName(definition);

    const hostedUi = new Map<string, LoopbackServer>();
    for (const pool of definition.userPools)
      for (const { domain } of pool.domains) hostedUi.set(domain, await ports.next());
    const apis = new Map<string, LoopbackServer>();
    for (const { id } of definition.restApis) apis.set(id, await ports.next());
    const localise = localAddresses(definition, {
      identityProvider: consoleServer.origin,
      hostedUi: originsOf(hostedUi),
      restApi: originsOf(apis),
    });
    for (const deployed of definition.functions) deployed.environment = localise(deployed.environment);

    const events = new EventLog();
    if (options.onEvent) events.subscribe(options.onEvent);
    const world: World = {
      now: options.now ?? Date.now,
      randomUUID,
      randomBytes,
      store,
      emit: (event) => events.emit(event),
    };
    const cognito = cognitoService({
      pools: definition.userPools,
      world,
      identityProviderOrigin: consoleServer.origin,
      hostedUiOrigin: (domain) => hostedUi.get(domain)!.origin,
    });
    const functions = functionHost(definition.functions, world);
    closers.push(() => functions.close());

    const ready = describe(definition, graph, notEmulated, project, consoleServer.origin, hostedUi, apis, localise);
    for (const [domain, server] of hostedUi) server.handle(fetchListener(cognito.hostedUi(domain)));
    for (const api of definition.restApis) {
      const services = { world, invoke: functions.invoke, tokenIssuer: cognito.tokenIssuer };
      apis.get(api.id)!.handle(restApi(api, services));
    }
    consoleServer.handle(fetchListener(consoleApp({ ready, cognito, events })));
    return { ready, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function temporaryDirectory(closers: (() => void)[]): string {
  const directory = mkdtempSync(join(tmpdir(), "demo-auth-"));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Ports in a row from the first one asked for, or any free ones. */
class Ports {
  #next: number;
  readonly #closers: (() => void | Promise<void>)[];

  constructor(first: number, closers: (() => void | Promise<void>)[]) {
    this.#next = first;
    this.#closers = closers;
  }

  async next(): Promise<LoopbackServer> {
    const server = await listenOnLoopback(this.#next === 0 ? 0 : this.#next++);
    this.#closers.push(() => server.close());
    return server;
  }
}

/** Registration runs in parallel and its order is not fixed; ports and documents must not change from run to run. */
function sortByName({ userPools, restApis, functions }: CloudDefinition): void {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  userPools.sort(byName);
  for (const { clients } of userPools) clients.sort(byName);
  restApis.sort(byName);
  functions.sort(byName);
}

const originsOf = (servers: Map<string, LoopbackServer>): Map<string, string> =>
  new Map([...servers].map(([key, server]) => [key, server.origin]));

const fetchListener = (fetch: (request: Request) => Response | Promise<Response>) =>
  getRequestListener(fetch, { overrideGlobalObjects: false });

function describe(
  definition: CloudDefinition,
  graph: ResourceGraph,
  notEmulated: ReadyDocument["declaredNotEmulated"],
  project: { name: string; stack: string; directory: string },
  origin: string,
  hostedUi: Map<string, LoopbackServer>,
  apis: Map<string, LoopbackServer>,
  localise: <T>(value: T) => T,
): ReadyDocument {
  const outputs = Object.fromEntries(
    Object.entries(localise(graph.outputs)).map(([name, value]) => [
      name,
      graph.secretOutputs.includes(name) ? "[secret]" : value,
    ]),
  );
  return {
    event: "ready",
    pid: process.pid,
    console: origin,
    project: { name: project.name, stack: project.stack, directory: project.directory },
    userPools: definition.userPools.map(
      (pool): ReadyUserPool => ({
        name: pool.name,
        id: pool.id,
        arn: pool.arn,
        issuer: `${origin}/${pool.id}`,
        hostedUi: pool.domains[0] && hostedUi.get(pool.domains[0].domain)?.origin,
        clients: pool.clients.map(({ name, id, flows, scopes, callbackUrls }) => ({
          name,
          id,
          flows,
          scopes,
          callbackUrls,
        })),
      }),
    ),
    apis: definition.restApis.map(
      (api): ReadyApi => ({
        name: api.name,
        id: api.id,
        stages: api.stages.map(({ name }) => ({
          name,
          url: `${apis.get(api.id)!.origin}/${name}`,
          routes: api.resources.flatMap(({ path, methods }) =>
            methods.map(({ httpMethod, authorization, authorizationScopes }) => ({
              method: httpMethod,
              path,
              authorization,
              scopes: authorizationScopes,
            })),
          ),
        })),
      }),
    ),
    functions: definition.functions.map(({ name, runtime }) => ({ name, runtime })),
    declaredNotEmulated: notEmulated,
    outputs,
  };
}
