/**
 * What a running local cloud tells about itself: the ready line of `demo-auth local --json`, and `GET {console}/api/cloud`.
 */
import type { Reach } from "../http/loopback.ts";
import type { CloudModel, HttpApiModel, RestApiModel } from "../model.ts";
import type { Unserved } from "../resources/unserved.ts";
import type { LocalOrigins } from "./addresses.ts";
import type { Evaluation } from "./evaluation.ts";

export interface ReadyDocument {
  event: "ready";
  pid: number;
  /** Origin of the console and of the identity provider (discovery, keys, the cognito-idp API). */
  console: string;
  /**
   * Where a method, a route or a function URL wants AWS_IAM, or there is a table, a parameter or a secret: the local account's access key, to sign
   * requests with. It opens nothing but this cloud, to which whoever reads this has access anyway.
   */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** With --https: the file of the authority that clients are to trust. */
  certificateAuthority?: string;
  /**
   * With --host: the address of this machine at which other machines reach the same ports, and the names besides loopback
   * ones that are answered. All addresses in this document are loopback ones all the same, the issuers in tokens too.
   */
  reach?: Reach;
  project: { name: string; stack: string; directory: string };
  userPools: ReadyUserPool[];
  apis: ReadyApi[];
  /** Absent without tables. DynamoDB answers at the console's origin. */
  tables?: { name: string; arn: string; region: string; keys: string[]; indexes: string[] }[];
  functions: { name: string; runtime: string }[];
  functionUrls: ReadyFunctionUrl[];
  declaredNotEmulated: Unserved[];
  /** Absent without any: what the program warns of itself, and what here is taken otherwise than AWS would. */
  warnings?: string[];
  /** The stack's outputs, with every AWS address of something that runs here replaced by its local one. */
  outputs: Record<string, unknown>;
}

export interface ReadyUserPool {
  name: string;
  id: string;
  arn: string;
  issuer: string;
  hostedUi: string | undefined;
  /** Whether people may sign up by themselves; otherwise an administrator makes the users. */
  selfSignUp: boolean;
  clients: {
    name: string;
    id: string;
    flows: ("implicit" | "code" | "client_credentials")[];
    scopes: string[];
    callbackUrls: string[];
    /** What `identity_provider` may be: `COGNITO` for the pool's own users. */
    identityProviders: string[];
  }[];
}

export interface ReadyApi {
  kind: "REST" | "HTTP";
  name: string;
  id: string;
  authorizers: { id: string; name: string; type: string }[];
  stages: {
    name: string;
    url: string;
    routes: { method: string; path: string; authorization: string; scopes: string[] }[];
  }[];
}

export interface ReadyFunctionUrl {
  id: string;
  /** The resource's logical name. */
  name: string;
  /** With the alias, when it is an alias's: `orders:live` */
  functionName: string;
  /** Ends with `/`. */
  url: string;
  authorization: "NONE" | "AWS_IAM";
}

/** @param outputs of the stack, with local addresses */
export function readyDocument(
  { project, graph, model, unserved, warnings }: Evaluation,
  origins: LocalOrigins,
  outputs: Record<string, unknown>,
): ReadyDocument {
  return {
    event: "ready",
    pid: process.pid,
    console: origins.identityProvider,
    project: { name: project.name, stack: project.stack, directory: project.directory },
    userPools: describeUserPools(model, origins),
    apis: describeApis(model, origins),
    ...(model.tables.length > 0 && { tables: describeTables(model) }),
    functions: model.functions.map(({ name, runtime }) => ({ name, runtime })),
    functionUrls: model.functionUrls.map(({ id, name, functionArn, authorization }) => {
      const [, functionName = ""] = functionArn.split(":function:");
      return { id, name, functionName, url: `${origins.functionUrl.get(id)}/`, authorization };
    }),
    declaredNotEmulated: unserved,
    ...(warnings.length > 0 && { warnings }),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, graph.secretOutputs.includes(name) ? "[secret]" : value]),
    ),
  };
}

function describeTables({ tables }: CloudModel): ReadyDocument["tables"] & {} {
  return tables.map(({ name, arn, region, keys, localIndexes, globalIndexes }) => ({
    ...{ name, arn, region, keys },
    indexes: [...localIndexes, ...globalIndexes].map((index) => index.name),
  }));
}

function describeUserPools({ userPools }: CloudModel, origins: LocalOrigins): ReadyUserPool[] {
  return userPools.map(({ name, id, arn, domains, clients, adminCreateUserOnly }) => ({
    name,
    id,
    arn,
    issuer: `${origins.identityProvider}/${id}`,
    hostedUi: domains[0] && origins.hostedUi.get(domains[0].domain),
    selfSignUp: !adminCreateUserOnly,
    clients: clients.map(({ name, id, flows, scopes, callbackUrls, identityProviders }) => ({
      ...{ name, id, flows, scopes, callbackUrls, identityProviders },
    })),
  }));
}

function describeApis({ restApis, httpApis }: CloudModel, origins: LocalOrigins): ReadyApi[] {
  return [
    ...restApis.map((api) => describeRestApi(api, origins)),
    ...httpApis.map((api) => describeHttpApi(api, origins)),
  ];
}

function describeRestApi({ name, id, authorizers, stages, resources }: RestApiModel, origins: LocalOrigins): ReadyApi {
  return {
    kind: "REST",
    name,
    id,
    authorizers: authorizers.map(({ id, name, type }) => ({ id, name, type })),
    stages: stages.map((stage) => ({
      name: stage.name,
      url: `${origins.api.get(id)}/${stage.name}`,
      routes: resources.flatMap(({ path, methods }) =>
        methods.map(({ httpMethod, authorization, authorizationScopes }) => ({
          method: httpMethod,
          path,
          authorization,
          scopes: authorizationScopes,
        })),
      ),
    })),
  };
}

/** A route for `$default` has the method `ANY` and the path `/{proxy+}`, which say the same to a client. */
function describeHttpApi({ name, id, authorizers, stages, routes }: HttpApiModel, origins: LocalOrigins): ReadyApi {
  const origin = origins.api.get(id)!;
  return {
    kind: "HTTP",
    name,
    id,
    authorizers: authorizers.map(({ id, name, type }) => ({ id, name, type })),
    stages: stages.map((stage) => ({
      name: stage.name,
      url: stage.name === "$default" ? origin : `${origin}/${stage.name}`,
      routes: routes.map(({ routeKey, authorization, authorizationScopes: scopes }) => {
        const [method = "", path = ""] = routeKey === "$default" ? ["ANY", "/{proxy+}"] : routeKey.split(" ");
        return { method, path, authorization, scopes };
      }),
    })),
  };
}
