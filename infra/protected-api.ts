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
import { originFault } from "./addresses.ts";
import { Component, type Transform } from "./component.ts";
import { HandlerFunction, type HandlerFunctionArgs } from "./function.ts";
import { type LogKeeping, logGroup } from "./logs.ts";
import { openApiDocument, type TlsSettings } from "./openapi.ts";
import { handlersOf, type Route } from "./route-table.ts";

export interface ProtectedApiArgs {
  /** Whose users may call: a `UserDirectory`, or a pool and an app client that exist. */
  users: ApiUsers;
  routes: readonly Route[];
  /** By the handler that a route names. @default a `HandlerFunction` for each handler that is not here */
  functions?: Readonly<Record<string, ApiFunction>>;
  /** `none` opens every route to everybody: to learn what an authorizer does, and for nothing else. @default cognito */
  authorization?: "cognito" | "none";
  /** The API's name. @default made up */
  name?: pulumi.Input<string>;
  /** The last part of the API's address. @default v1 */
  stageName?: string;
  /** @default TLS 1.3 only, and only for the API's own host name */
  tls?: TlsSettings;
  /** Of all callers together. @default 50 a second, 100 at once */
  throttling?: { ratePerSecond?: pulumi.Input<number>; burst?: pulumi.Input<number> };
  /** The one web origin whose pages may call the API. @default none */
  allowedOrigin?: string;
  /** A line for each request, and the gateway's own errors, in CloudWatch Logs; the account must have a role for it. @default true */
  accessLogs?: boolean;
  /** What sets the account's role for logs, when this stack does. */
  accountRole?: pulumi.Resource;
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

export class ProtectedApi extends Component {
  /** Where the stage answers, without a slash at the end. */
  readonly url: pulumi.Output<string>;
  readonly apiName: pulumi.Output<string>;
  readonly stageName: string;
  readonly stageArn: pulumi.Output<string>;

  /** @throws RunError for an `allowedOrigin` that is not one origin */
  constructor(name: string, args: ProtectedApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("api:ProtectedApi", name, opts, { rest: args.transform?.api, stage: args.transform?.stage });
    const { routes, tls = strictTls } = args;
    this.check("allowedOrigin", originFault, args.allowedOrigin);
    if (args.authorization === "none") {
      pulumi.log.warn(`${name} is open: its authorization is none, so everybody can call every route of it.`, this);
    }
    const functions = { ...this.#ownFunctions(args), ...args.functions };
    const inputs = { name: args.name, endpointConfiguration: { types: "REGIONAL" }, ...tls };
    const api = this.make(aws.apigateway.RestApi, "rest", inputs);
    const body = documentOf(api, args, tls, functions);
    // Puts in overwrite mode: what the document does not name is gone from the API.
    const definition = this.make(aws.apigateway.RestApiPut, "definition", { restApiId: api.id, body });
    const permissions = routes.map((route) => this.#invokePermission(api, route, functions[route.handler]!));
    // A deployment is a snapshot: without this nothing behind it would ever change for a caller.
    const triggers = { definition: body.apply((text) => createHash("sha256").update(text).digest("hex")) };
    const deployed = { restApi: api.id, triggers };
    const deployment = this.make(aws.apigateway.Deployment, "deployment", deployed, { dependsOn: definition });
    this.stageName = args.stageName ?? "v1";
    const stage = this.#stage(args, api, deployment, permissions);
    this.url = stage.invokeUrl;
    this.apiName = api.name;
    this.stageArn = stage.arn;
    this.registerOutputs({ url: this.url });
  }

  #ownFunctions(args: ProtectedApiArgs): Record<string, HandlerFunction> {
    const handlers = handlersOf(args.routes).filter((handler) => args.functions?.[handler] === undefined);
    const own = { environment: handlerEnvironment(args), logs: args.logs };
    return Object.fromEntries(
      handlers.map((handler) => [handler, new HandlerFunction(handler, own, { parent: this })]),
    );
  }

  /** Lets this API's method, and nothing else, run the function. */
  #invokePermission(api: aws.apigateway.RestApi, { method, path }: Route, lambda: ApiFunction): aws.lambda.Permission {
    const slug = path.replaceAll(/[{}+]/g, "_").replaceAll("/", "-");
    return this.make(aws.lambda.Permission, `${method.toLowerCase()}${slug}`, {
      action: "lambda:InvokeFunction",
      principal: "apigateway.amazonaws.com",
      function: lambda.functionName,
      // Any stage, so that the console's Test button works.
      sourceArn: pulumi.interpolate`${api.executionArn}/*/${method}${path.replaceAll(/\{[^}]*\}/g, "*")}`,
    });
  }

  #stage(
    { logs, accessLogs = true, accountRole, throttling = {} }: ProtectedApiArgs,
    api: aws.apigateway.RestApi,
    deployment: aws.apigateway.Deployment,
    permissions: aws.lambda.Permission[],
  ): aws.apigateway.Stage {
    const { stageName } = this;
    const group = (name: string, physical?: pulumi.Input<string>) =>
      accessLogs ? this.make(aws.cloudwatch.LogGroup, name, logGroup(logs, physical)) : undefined;
    const access = group("access");
    // API Gateway would make this group itself, under this name, and keep what is in it for ever.
    const execution = group("execution", pulumi.interpolate`API-Gateway-Execution-Logs_${api.id}/${stageName}`);
    const there = <T>(...resources: (T | undefined)[]) => resources.filter((one) => one !== undefined);
    const inputs: aws.apigateway.StageArgs = {
      restApi: api.id,
      deployment: deployment.id,
      stageName,
      xrayTracingEnabled: true,
      accessLogSettings: access && { destinationArn: access.arn, format: accessLogFormat },
    };
    const dependsOn = there<pulumi.Resource>(accountRole, ...permissions);
    const stage = this.make(aws.apigateway.Stage, "stage", inputs, { dependsOn });
    const settings = {
      metricsEnabled: true,
      loggingLevel: accessLogs ? "ERROR" : "OFF",
      // Would write requests to the log, bearer tokens included.
      dataTraceEnabled: false,
      throttlingRateLimit: throttling.ratePerSecond ?? 50,
      throttlingBurstLimit: throttling.burst ?? 100,
    };
    const everyMethod = { restApi: api.id, stageName: stage.stageName, methodPath: "*/*", settings };
    const first = { dependsOn: there<pulumi.Resource>(execution, accountRole) };
    this.make(aws.apigateway.MethodSettings, "method-settings", everyMethod, first);
    return stage;
  }
}

const strictTls: TlsSettings = {
  securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09",
  endpointAccessMode: "STRICT",
};

type Environment = NonNullable<HandlerFunctionArgs["environment"]>;

/** What a handler of `handlers/` reads from its environment. */
export function handlerEnvironment(args: Omit<ProtectedApiArgs, "routes">): Environment {
  const AUTHORIZATION = args.authorization === "none" ? "none" : undefined;
  return { CLIENT_ID: args.users.clientId, ALLOWED_ORIGIN: args.allowedOrigin, AUTHORIZATION };
}

function documentOf(
  api: aws.apigateway.RestApi,
  { users, routes, authorization = "cognito", allowedOrigin }: ProtectedApiArgs,
  tls: TlsSettings,
  functions: Readonly<Record<string, ApiFunction>>,
): pulumi.Output<string> {
  const { tokenUse = "id", userPoolArn, clientId } = users;
  const targets = Object.entries(functions).map(
    ([handler, { invokeArn, timeoutSeconds }]) => [handler, { uri: invokeArn, timeoutSeconds }] as const,
  );
  // A put sets the API's name to the title.
  return pulumi
    .output({ title: api.name, userPoolArn, clientId, integrations: Object.fromEntries(targets) })
    .apply(({ title, userPoolArn, clientId, integrations }) => {
      const authorizer = authorization === "cognito" ? { tokenUse, userPoolArn, clientId } : undefined;
      return JSON.stringify(openApiDocument({ title, routes, authorizer, tls, allowedOrigin, integrations }));
    });
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
