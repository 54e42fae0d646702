/**
 * The REST API: every route behind the Cognito authorizer, deployed to one stage with logs, traces and throttling.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
 *
 * The API is one OpenAPI document, not a resource for each method. Pulumi deletes last: a method resource that is gone from
 * the program would still be there when the new deployment takes its snapshot, and go on answering. A document is put as a
 * whole, before the deployment that depends on it; and by a resource of its own, because `RestApi.body` forgets a put that
 * failed (docs/adr/0010-api-as-a-document.md).
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { HandlerFunction, type HandlerFunctionArgs } from "./function.ts";
import { type LogKeeping, logGroup } from "./logs.ts";
import { openApiDocument, type TlsSettings } from "./openapi.ts";
import { handlersOf, type Route } from "./route-table.ts";
import { type Transform, transformed } from "./transform.ts";

export interface ProtectedApiArgs {
  /** Whose users may call: a `UserDirectory`, or a pool and an app client that exist. */
  users: ApiUsers;
  routes: readonly Route[];
  /** By the handler that a route names. @default a `HandlerFunction` for each handler that is not here */
  functions?: Readonly<Record<string, ApiFunction>>;
  /** `none` opens every route to everybody: to learn what an authorizer does, and for nothing else. @default cognito */
  authorization?: "cognito" | "none";
  /** The API's name. @default made up */
  name?: pulumi.Input<string> | undefined;
  /** The last part of the API's address. @default v1 */
  stageName?: string;
  /** @default TLS 1.3 only, and only for the API's own host name */
  tls?: TlsSettings;
  /** Of all callers together. @default 50 a second, 100 at once */
  throttling?: { ratePerSecond?: pulumi.Input<number>; burst?: pulumi.Input<number> };
  /** The one web origin whose pages may call the API. @default none */
  allowedOrigin?: string | undefined;
  /** A line for each request, and the gateway's own errors, in CloudWatch Logs; the account must have a role for it. @default true */
  accessLogs?: boolean;
  /** What sets the account's role for logs, when this stack does. */
  accountRole?: pulumi.Resource | undefined;
  logs?: LogKeeping;
  transform?: { api?: Transform<aws.apigateway.RestApiArgs>; stage?: Transform<aws.apigateway.StageArgs> };
}

export interface ApiUsers {
  userPoolArn: pulumi.Input<string>;
  /** The app client whose tokens are taken. */
  clientId: pulumi.Input<string>;
  /** `access` asks each route's scope of an access token; `id` takes ID tokens of this client. @default id */
  tokenUse?: "id" | "access";
}

export type ApiFunction = Pick<HandlerFunction, "functionName" | "invokeArn" | "timeoutSeconds">;

export class ProtectedApi extends pulumi.ComponentResource {
  /** Where the stage answers, without a slash at the end. */
  readonly url: pulumi.Output<string>;
  readonly apiName: pulumi.Output<string>;
  readonly stageName: string;
  readonly stageArn: pulumi.Output<string>;

  constructor(name: string, args: ProtectedApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:api:ProtectedApi", name, {}, opts);
    const { routes, tls = strictTls, stageName = "v1", transform } = args;
    if (args.authorization === "none") {
      pulumi.log.warn(`${name} is open: its authorization is none, so everybody can call every route of it.`, this);
    }
    const functions = { ...ownFunctions(this, args), ...args.functions };
    const api = new aws.apigateway.RestApi(
      ...transformed<aws.apigateway.RestApiArgs>(
        transform?.api,
        `${name}-rest`,
        { name: args.name, endpointConfiguration: { types: "REGIONAL" }, ...tls },
        { parent: this },
      ),
    );
    const body = documentOf(api, args, tls, functions);
    // Puts in overwrite mode: what the document does not name is gone from the API.
    const definition = new aws.apigateway.RestApiPut(
      `${name}-definition`,
      { restApiId: api.id, body },
      { parent: this },
    );
    const permissions = routes.map((route) => invokePermission(this, name, api, route, functions[route.handler]!));
    const deployment = new aws.apigateway.Deployment(
      `${name}-deployment`,
      {
        restApi: api.id,
        // A deployment is a snapshot: without this nothing behind it would ever change for a caller.
        triggers: { definition: body.apply((text) => createHash("sha256").update(text).digest("hex")) },
      },
      { parent: this, dependsOn: definition },
    );
    const stage = deployStage(this, name, { ...args, stageName }, api, deployment, permissions);

    this.url = stage.invokeUrl;
    this.apiName = api.name;
    this.stageName = stageName;
    this.stageArn = stage.arn;
    this.registerOutputs({ url: this.url });
  }
}

const strictTls: TlsSettings = {
  securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09",
  endpointAccessMode: "STRICT",
};

/** What a handler of `handlers/` reads from its environment. */
export function handlerEnvironment({
  users,
  allowedOrigin,
  authorization,
}: Omit<ProtectedApiArgs, "routes">): NonNullable<HandlerFunctionArgs["environment"]> {
  return {
    CLIENT_ID: users.clientId,
    ALLOWED_ORIGIN: allowedOrigin,
    AUTHORIZATION: authorization === "none" ? "none" : undefined,
  };
}

function ownFunctions(parent: ProtectedApi, args: ProtectedApiArgs): Record<string, HandlerFunction> {
  const handlers = handlersOf(args.routes).filter((handler) => args.functions?.[handler] === undefined);
  const environment = handlerEnvironment(args);
  const shared = { environment, ...(args.logs && { logs: args.logs }) };
  return Object.fromEntries(handlers.map((handler) => [handler, new HandlerFunction(handler, shared, { parent })]));
}

function documentOf(
  api: aws.apigateway.RestApi,
  { users, routes, authorization = "cognito", allowedOrigin }: ProtectedApiArgs,
  tls: TlsSettings,
  functions: Readonly<Record<string, ApiFunction>>,
): pulumi.Output<string> {
  const { tokenUse = "id", userPoolArn, clientId } = users;
  const targets = Object.entries(functions).map(([handler, { invokeArn, timeoutSeconds }]) =>
    pulumi
      .all([invokeArn, timeoutSeconds])
      .apply(([uri, seconds]) => [handler, { uri, timeoutSeconds: seconds }] as const),
  );
  return pulumi
    .all([api.name, userPoolArn, clientId, pulumi.all(targets)])
    .apply(([title, poolArn, client, integrations]) => {
      const authorizer = authorization === "cognito" ? { tokenUse, userPoolArn: poolArn, clientId: client } : undefined;
      const description = { routes, authorizer, tls, allowedOrigin, integrations: Object.fromEntries(integrations) };
      // A put sets the API's name to the title.
      return JSON.stringify(openApiDocument({ title, ...description }));
    });
}

/** Lets this API's method, and nothing else, run the function. */
function invokePermission(
  parent: ProtectedApi,
  name: string,
  api: aws.apigateway.RestApi,
  { method, path }: Route,
  lambda: ApiFunction,
): aws.lambda.Permission {
  const slug = path.replaceAll(/[{}+]/g, "_").replaceAll("/", "-");
  return new aws.lambda.Permission(
    `${name}-${method.toLowerCase()}${slug}`,
    {
      action: "lambda:InvokeFunction",
      principal: "apigateway.amazonaws.com",
      function: lambda.functionName,
      // Any stage, so that the console's Test button works.
      sourceArn: pulumi.interpolate`${api.executionArn}/*/${method}${path.replaceAll(/\{[^}]*\}/g, "*")}`,
    },
    { parent },
  );
}

function deployStage(
  parent: ProtectedApi,
  name: string,
  args: ProtectedApiArgs & { stageName: string },
  api: aws.apigateway.RestApi,
  deployment: aws.apigateway.Deployment,
  permissions: aws.lambda.Permission[],
): aws.apigateway.Stage {
  const { stageName, logs = {}, accessLogs = true, throttling = {} } = args;
  const accountRole = args.accountRole ? [args.accountRole] : [];
  const access = accessLogs && logGroup(`${name}-access`, logs, {}, { parent });
  // API Gateway would make this group itself, under this name, and keep what is in it for ever.
  const executionLogsName = pulumi.interpolate`API-Gateway-Execution-Logs_${api.id}/${stageName}`;
  const execution = accessLogs && logGroup(`${name}-execution`, logs, { name: executionLogsName }, { parent });
  const stage = new aws.apigateway.Stage(
    ...transformed<aws.apigateway.StageArgs>(
      args.transform?.stage,
      `${name}-stage`,
      {
        restApi: api.id,
        deployment: deployment.id,
        stageName,
        xrayTracingEnabled: true,
        ...(access && { accessLogSettings: { destinationArn: access.arn, format: accessLogFormat } }),
      },
      { parent, dependsOn: [...accountRole, ...permissions] },
    ),
  );
  new aws.apigateway.MethodSettings(
    `${name}-method-settings`,
    {
      restApi: api.id,
      stageName: stage.stageName,
      methodPath: "*/*",
      settings: {
        metricsEnabled: true,
        loggingLevel: accessLogs ? "ERROR" : "OFF",
        // Would write requests to the log, bearer tokens included.
        dataTraceEnabled: false,
        throttlingRateLimit: throttling.ratePerSecond ?? 50,
        throttlingBurstLimit: throttling.burst ?? 100,
      },
    },
    { parent, dependsOn: [...(execution ? [execution] : []), ...accountRole] },
  );
  return stage;
}

/** Who called what, how it ended and why; never a token, never an e-mail address. By the names of `$context`. */
const accessLogFormat = JSON.stringify({
  ...Object.fromEntries(
    [
      ...["requestId", "extendedRequestId", "requestTime", "httpMethod", "resourcePath", "status", "responseLatency"],
      ...["integrationLatency", "integrationStatus", "tlsVersion", "cipherSuite", "xrayTraceId"],
    ].map((name) => [name, `$context.${name}`]),
  ),
  sourceIp: "$context.identity.sourceIp",
  userAgent: "$context.identity.userAgent",
  sub: "$context.authorizer.claims.sub",
  authorizerError: "$context.authorizer.error",
  authorizeError: "$context.authorize.error",
  errorMessage: "$context.error.message",
  errorResponseType: "$context.error.responseType",
});
