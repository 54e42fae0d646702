/**
 * What a program's declaration serves: its services, built and ready to answer. A cloud has one deployment at a
 * time; the next takes over the origins, and the one before ends when the requests that it has taken are answered.
 */
import type { RequestListener } from "node:http";
import { localAddresses } from "./addresses.ts";
import { restApi } from "./apigateway/rest-api.ts";
import { testInvokeEndpoint } from "./apigateway/test-invoke-endpoint.ts";
import type { ReadyApi, ReadyDocument, ReadyUserPool } from "./cloud.ts";
import { type CognitoService, cognitoService } from "./cognito/service.ts";
import type { Declaration } from "./declaration.ts";
import type { CloudDefinition } from "./definitions.ts";
import type { ResourceGraph } from "./engine/graph.ts";
import { fetchListener } from "./http/fetch-listener.ts";
import { functionHost } from "./lambda/functions.ts";
import { CONSOLE, type Origins } from "./origins.ts";
import type { World } from "./world.ts";

const hostedUiName = (domain: string) => `hosted UI ${domain}`;
const apiName = (id: string) => `API ${id}`;

/** What stays from one deployment to the next. */
export interface Site {
  origins: Origins;
  world: World;
  /** The file of the authority that clients are to trust, when the origins speak TLS. */
  certificateAuthority: string | undefined;
}

export interface Deployment {
  ready: ReadyDocument;
  graph: ResourceGraph;
  cognito: CognitoService;
  /** Fetch handler of the API Gateway control plane, as far as it is served: test invocations. */
  apiGateway(request: Request): Promise<Response>;
  /** Answers from now on at its origins; what the program no longer declares is answered with 503. */
  takeOver(): void;
  /** Ends the functions once no request is being answered. */
  retire(): Promise<void>;
  /** Ends the functions at once. */
  close(): Promise<void>;
}

/**
 * @throws PortTakenError when something new finds its port taken
 * @throws StateLayoutError when another release wrote the users
 * @throws DeclaredUserError when a user that the program declares breaks the pool's rules; nothing has changed then
 */
export async function deploy(
  declaration: Declaration,
  { origins, world, certificateAuthority }: Site,
): Promise<Deployment> {
  const { definition, graph } = declaration;
  const hostedUis = new Map<string, string>();
  for (const pool of definition.userPools)
    for (const { domain } of pool.domains) hostedUis.set(domain, (await origins.open(hostedUiName(domain))).origin);
  const apis = new Map<string, string>();
  for (const { id } of definition.restApis) apis.set(id, (await origins.open(apiName(id))).origin);

  const consoleOrigin = origins.get(CONSOLE).origin;
  const localise = localAddresses(definition, {
    identityProvider: consoleOrigin,
    hostedUi: hostedUis,
    restApi: apis,
  });
  for (const deployed of definition.functions) deployed.environment = localise(deployed.environment);

  const cognito = cognitoService({
    pools: definition.userPools,
    world,
    identityProviderOrigin: consoleOrigin,
    hostedUiOrigin: (domain) => hostedUis.get(domain)!,
  });
  await cognito.ready();
  const functions = functionHost(definition.functions, world);
  const requests = new RequestsInFlight();
  const listeners = new Map<string, RequestListener>();
  for (const domain of hostedUis.keys()) listeners.set(hostedUiName(domain), fetchListener(cognito.hostedUi(domain)));
  const services = { world, invoke: functions.invoke, tokenIssuer: cognito.tokenIssuer };
  for (const api of definition.restApis) {
    listeners.set(apiName(api.id), requests.counted(restApi(api, services)));
  }

  return {
    ready: {
      ...describe(declaration, consoleOrigin, hostedUis, apis, localise(graph.outputs)),
      ...(certificateAuthority !== undefined && { certificateAuthority }),
    },
    graph,
    cognito,
    apiGateway: testInvokeEndpoint(definition.restApis, services),
    takeOver() {
      for (const name of origins.names())
        if (name !== CONSOLE) origins.get(name).handle(listeners.get(name) ?? noLongerDeclared);
    },
    async retire() {
      await requests.none();
      await functions.close();
    },
    close: () => functions.close(),
  };
}

const noLongerDeclared: RequestListener = (_request, response) =>
  void response.writeHead(503, { "content-type": "text/plain" }).end("The program no longer declares this.\n");

/** Counts the requests that are being answered. */
class RequestsInFlight {
  #count = 0;
  #whenNone: (() => void)[] = [];

  counted(listener: RequestListener): RequestListener {
    return (request, response) => {
      this.#count++;
      response.once("close", () => {
        if (--this.#count === 0) for (const tell of this.#whenNone.splice(0)) tell();
      });
      listener(request, response);
    };
  }

  none(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenNone.push(resolve));
  }
}

function describe(
  { project, graph, definition, notEmulated }: Declaration,
  consoleOrigin: string,
  hostedUis: ReadonlyMap<string, string>,
  apis: ReadonlyMap<string, string>,
  outputs: Record<string, unknown>,
): ReadyDocument {
  return {
    event: "ready",
    pid: process.pid,
    console: consoleOrigin,
    project: { name: project.name, stack: project.stack, directory: project.directory },
    userPools: describeUserPools(definition, consoleOrigin, hostedUis),
    apis: describeApis(definition, apis),
    functions: definition.functions.map(({ name, runtime }) => ({ name, runtime })),
    declaredNotEmulated: notEmulated,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, graph.secretOutputs.includes(name) ? "[secret]" : value]),
    ),
  };
}

function describeUserPools(
  { userPools }: CloudDefinition,
  consoleOrigin: string,
  hostedUis: ReadonlyMap<string, string>,
): ReadyUserPool[] {
  return userPools.map(({ name, id, arn, domains, clients }) => ({
    name,
    id,
    arn,
    issuer: `${consoleOrigin}/${id}`,
    hostedUi: domains[0] && hostedUis.get(domains[0].domain),
    clients: clients.map(({ name, id, flows, scopes, callbackUrls }) => ({ name, id, flows, scopes, callbackUrls })),
  }));
}

function describeApis({ restApis }: CloudDefinition, origins: ReadonlyMap<string, string>): ReadyApi[] {
  return restApis.map(({ name, id, authorizers, stages, resources }) => ({
    name,
    id,
    authorizers: authorizers.map(({ id, name, type }) => ({ id, name, type })),
    stages: stages.map((stage) => ({
      name: stage.name,
      url: `${origins.get(id)}/${stage.name}`,
      routes: resources.flatMap(({ path, methods }) =>
        methods.map(({ httpMethod, authorization, authorizationScopes }) => ({
          method: httpMethod,
          path,
          authorization,
          scopes: authorizationScopes,
        })),
      ),
    })),
  }));
}
