/**
 * One generation of a cloud: the services of one evaluation of the program, built and ready to answer. A cloud has one at a
 * time; the next takes over the origins, and the one before ends when the requests that it has taken are answered.
 */
import type { RequestListener } from "node:http";
import { restApi } from "../apigateway/rest/rest-api-listener.ts";
import { testInvokeEndpoint } from "../apigateway/rest/test-invoke-endpoint.ts";
import type { ApiServices } from "../apigateway/shared/api-services.ts";
import { type CognitoService, cognitoService } from "../cognito/service.ts";
import type { DynamoDbService } from "../dynamodb/service.ts";
import type { ResourceGraph } from "../engine/graph.ts";
import { fetchListener } from "../http/fetch-listener.ts";
import type { Reach } from "../http/loopback.ts";
import { objectIn } from "../integration-target.ts";
import type { EventQueue } from "../lambda/event-queue.ts";
import { functionHost } from "../lambda/function-host.ts";
import type { FunctionSurroundings } from "../lambda/function-surroundings.ts";
import type { RunsByHand } from "../lambda/runs-by-hand.ts";
import type { SpareRuntime } from "../lambda/spare-runtime.ts";
import type { CloudModel } from "../model.ts";
import type { ParameterService } from "../parameters/service.ts";
import { type AccessKey, localAccessKey, sessionCredentials } from "../permissions/access-key.ts";
import type { Platform } from "../platform.ts";
import { type LocalOrigins, localAddresses, localIssuers } from "./addresses.ts";
import type { Evaluation } from "./evaluation.ts";
import { CONSOLE, type Origins } from "./origins.ts";
import { type ReadyDocument, readyDocument } from "./ready-document.ts";
import { RequestsInFlight } from "./requests-in-flight.ts";

/** Each operation's path begins with a date (https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html). */
const LAMBDA_API = /^\/20\d\d-\d\d-\d\d\//;
const API_KEYS = /^\/apikeys(?:\/|$)/;

const hostedUiName = (domain: string) => `hosted UI ${domain}`;
const apiName = (id: string) => `API ${id}`;
const functionUrlName = (id: string) => `function URL ${id}`;

/** What stays from one generation to the next. */
export interface Site {
  origins: Origins;
  platform: Platform;
  /** The file of the authority that clients are to trust, when the origins speak TLS. */
  certificateAuthority: string | undefined;
  reach: Reach | undefined;
  /** Where functions send calls to every service of AWS but Cognito. */
  awsEndpoint?: string | undefined;
  /** What may wait for the functions of the next generation. */
  spareRuntime: SpareRuntime;
  /** Events that functions are invoked with asynchronously; what waits is for the functions of the next generation. */
  eventQueue: EventQueue;
}

export interface Generation {
  ready: ReadyDocument;
  graph: ResourceGraph;
  cognito: CognitoService;
  /** Only where the program declares a table. */
  dynamoDb: DynamoDbService | undefined;
  /** Only where the program declares a parameter or a secret. */
  parameters: ParameterService | undefined;
  /** Fetch handler of Lambda's API; `undefined` for what is another request. Loaded when it is asked for. */
  lambda(request: Request): Promise<Response | undefined>;
  /** Fetch handler of the API Gateway control plane, as far as it is served: test invocations. */
  apiGateway(request: Request): Promise<Response>;
  /** Loaded when it is asked for. */
  runsByHand(): Promise<RunsByHand>;
  /** Answers from now on at its origins; what the program no longer declares is answered with 503. */
  takeOver(): void;
  /** @returns what puts users, mail and the counts of limits back to how they are now; keys and warm functions stay */
  checkpoint(): () => void;
  /** Ends the functions once no request is being answered. */
  retire(): Promise<void>;
  /** Ends the functions at once. */
  close(): Promise<void>;
}

/**
 * @throws PortTakenError when something new finds its port taken
 * @throws StateLayoutError when another release wrote the users
 * @throws ProtectedTableError when a protected table would have to be made anew; nothing has changed then
 * @throws DeclaredUserError when a user that the program declares breaks the pool's rules; nothing has changed then
 */
export async function startGeneration(evaluation: Evaluation, site: Site): Promise<Generation> {
  const { model, graph } = evaluation;
  const { origins, platform, certificateAuthority, reach, spareRuntime, eventQueue } = site;
  const addresses = await openOrigins(model, origins);
  const forFunctions = localAddresses(model, addresses, { issuers: false });
  for (const deployed of model.functions) deployed.environment = forFunctions(deployed.environment);
  // What functions read is as what they are given.
  const [declaredParameters, declaredSecrets] = [forFunctions(model.parameters), forFunctions(model.secrets)];

  const accessKey = model.functions.length > 0 || wantsSignatures(model) ? localAccessKey(platform) : undefined;
  const functions = functionHost(
    model.functions,
    platform,
    surroundingsOf(evaluation, addresses, accessKey, site),
    spareRuntime,
  );

  const dynamoDb =
    model.tables.length > 0
      ? (await import("../dynamodb/service.ts")).dynamoDbService({
          ...{ tables: model.tables, accountId: model.accountId, platform, accessKey: accessKey! },
        })
      : undefined;
  const parameters =
    model.parameters.length > 0 || model.secrets.length > 0
      ? (await import("../parameters/service.ts")).parameterService({
          ...{ parameters: declaredParameters, secrets: declaredSecrets, platform, accessKey: accessKey! },
        })
      : undefined;
  const cognito = cognitoService({
    pools: model.userPools,
    platform,
    functions: { invoke: functions.invoke, permissions: model.functionPermissions, timeLimitMs: 5000 },
    identityProviderOrigin: addresses.identityProvider,
    hostedUiOrigin: (domain) => addresses.hostedUi.get(domain)!,
  });
  await cognito.ready();
  const getObject = asksForObjects(model)
    ? (await import("../s3/uploaded-objects.ts")).uploadedObjects(model.buckets, model.roles, platform)
    : undefined;
  const services: ApiServices = {
    platform,
    invoke: functions.invoke,
    queueEvent: (...event) => eventQueue.put(...event),
    tokenIssuer: cognito.tokenIssuer,
    accessKey,
    getObject,
  };
  const testInvoke = testInvokeEndpoint(model.restApis, services);
  const requests = new RequestsInFlight();
  const apis = await apiListeners(model, services, requests);
  const pages = new Map<string, RequestListener>();
  for (const domain of addresses.hostedUi.keys())
    pages.set(hostedUiName(domain), fetchListener(cognito.hostedUi(domain)));
  let listeners = new Map([...pages, ...apis()]);
  const answerAtOrigins = () => {
    for (const name of origins.names())
      if (name !== CONSOLE) origins.get(name).handle(listeners.get(name) ?? noLongerDeclared);
  };
  const takeOver = () => {
    dynamoDb?.takeOver();
    eventQueue.takeOver({ functions: model.functions, invoke: functions.invoke });
    answerAtOrigins();
  };

  return {
    ready: {
      ...readyDocument(evaluation, addresses, localAddresses(model, addresses)(graph.outputs)),
      ...(certificateAuthority !== undefined && { certificateAuthority }),
      ...(reach && { reach }),
      ...(accessKey &&
        wantsSignatures(model) && { credentials: { accessKeyId: accessKey.id, secretAccessKey: accessKey.secret } }),
    },
    graph,
    cognito,
    dynamoDb,
    parameters,
    async lambda(request) {
      if (!LAMBDA_API.test(new URL(request.url).pathname) || !accessKey) return undefined;
      const { invokeApi } = await import("../lambda/invoke-api.ts");
      return invokeApi({
        ...{ functions: model.functions, invoke: functions.invoke, eventQueue, platform, accessKey },
        rights: { roles: model.roles, permissions: model.functionPermissions },
      })(request);
    },
    async apiGateway(request) {
      if (!API_KEYS.test(new URL(request.url).pathname)) return testInvoke(request);
      const { apiKeysEndpoint } = await import("../apigateway/rest/api-keys-endpoint.ts");
      return apiKeysEndpoint(model.apiKeys, model.restApis)(request);
    },
    async runsByHand() {
      const { runsByHand } = await import("../lambda/runs-by-hand.ts");
      return runsByHand(model, functions.invoke, platform);
    },
    takeOver,
    checkpoint() {
      const putBack = [cognito.checkpoint(), dynamoDb?.checkpoint()];
      return () => {
        for (const service of putBack) service?.();
        eventQueue.forget();
        listeners = new Map([...pages, ...apis()]);
        answerAtOrigins();
      };
    },
    async retire() {
      await requests.none();
      await functions.close();
    },
    close: () => functions.close(),
  };
}

/** @throws PortTakenError */
async function openOrigins(model: CloudModel, origins: Origins): Promise<LocalOrigins> {
  const opened = async (keys: string[], nameOf: (key: string) => string) => {
    const addresses = new Map<string, string>();
    // One after the other, so that each has the same port at every start.
    for (const key of keys) addresses.set(key, (await origins.open(nameOf(key))).origin);
    return addresses;
  };
  const idOf = ({ id }: { id: string }) => id;
  return {
    identityProvider: origins.get(CONSOLE).origin,
    hostedUi: await opened(
      model.userPools.flatMap(({ domains }) => domains.map(({ domain }) => domain)),
      hostedUiName,
    ),
    api: await opened([...model.restApis, ...model.httpApis].map(idOf), apiName),
    functionUrl: await opened(model.functionUrls.map(idOf), functionUrlName),
  };
}

function surroundingsOf(
  { model, project }: Evaluation,
  addresses: LocalOrigins,
  accessKey: AccessKey | undefined,
  { awsEndpoint, certificateAuthority }: Site,
): FunctionSurroundings {
  return {
    elsewhere: model.functionsElsewhere,
    packagesDirectory: project.workingDirectory,
    credentials({ roleName, name }) {
      const { id, secret, sessionToken } = sessionCredentials(accessKey!, { role: roleName, name });
      return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: sessionToken };
    },
    identityProvider: { origin: addresses.identityProvider, issuers: localIssuers(model, addresses) },
    variables: {
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: addresses.identityProvider,
      AWS_ENDPOINT_URL_LAMBDA: addresses.identityProvider,
      ...(model.tables.length > 0 && { AWS_ENDPOINT_URL_DYNAMODB: addresses.identityProvider }),
      ...(model.parameters.length > 0 && { AWS_ENDPOINT_URL_SSM: addresses.identityProvider }),
      ...(model.secrets.length > 0 && { AWS_ENDPOINT_URL_SECRETS_MANAGER: addresses.identityProvider }),
      ...(awsEndpoint !== undefined && { AWS_ENDPOINT_URL: awsEndpoint }),
      ...(certificateAuthority !== undefined && { NODE_EXTRA_CA_CERTS: certificateAuthority }),
    },
  };
}

/** @returns what makes a listener for each API, by the name of its origin: the listeners are what counts throttles and quotas */
async function apiListeners(
  { restApis, httpApis, functionUrls, functionPermissions }: CloudModel,
  services: ApiServices,
  requests: RequestsInFlight,
): Promise<() => Map<string, RequestListener>> {
  const http = httpApis.length > 0 ? await import("../apigateway/http/http-api-listener.ts") : undefined;
  const urls =
    functionUrls.length > 0 ? await import("../apigateway/function-url/function-url-listener.ts") : undefined;
  return () => {
    const listeners = new Map<string, RequestListener>();
    for (const api of restApis) listeners.set(apiName(api.id), requests.counted(restApi(api, services)));
    for (const api of httpApis)
      listeners.set(apiName(api.id), requests.counted(http!.httpApi(api, services, functionPermissions)));
    for (const url of functionUrls)
      listeners.set(functionUrlName(url.id), requests.counted(urls!.functionUrl(url, services)));
    return listeners;
  };
}

function wantsSignatures({ restApis, httpApis, functionUrls, tables, parameters, secrets }: CloudModel): boolean {
  if (tables.length > 0 || parameters.length > 0 || secrets.length > 0) return true;
  const methods = restApis.flatMap(({ resources }) => resources.flatMap((resource) => resource.methods));
  return [...methods, ...httpApis.flatMap(({ routes }) => routes), ...functionUrls].some(
    ({ authorization }) => authorization === "AWS_IAM",
  );
}

function asksForObjects({ restApis }: CloudModel): boolean {
  return restApis.some(({ resources }) =>
    resources.some(({ methods }) => methods.some(({ integration }) => objectIn(integration?.uri) !== undefined)),
  );
}

const noLongerDeclared: RequestListener = (_request, response) =>
  void response.writeHead(503, { "content-type": "text/plain" }).end("The program no longer declares this.\n");
