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
import type { HandlerFunction } from "./function.ts";
import { type LogKeeping, logGroup } from "./logs.ts";
import { openApiDocument } from "./openapi.ts";
import type { Route } from "./route-table.ts";
import type { ApiSettings } from "./settings.ts";
import type { UserDirectory } from "./user-directory.ts";

export interface ProtectedApiArgs {
  settings: ApiSettings;
  users: UserDirectory;
  routes: readonly Route[];
  /** By the handler that a route names. */
  functions: Readonly<Record<string, HandlerFunction>>;
  logs: LogKeeping;
  /** What must be there before the stage may log: the account's role, when this stack sets it. */
  accountRole?: aws.apigateway.Account | undefined;
}

export class ProtectedApi extends pulumi.ComponentResource {
  /** Where the stage answers, without a slash at the end. */
  readonly url: pulumi.Output<string>;
  readonly apiName: pulumi.Output<string>;
  readonly stageName: string;
  readonly stageArn: pulumi.Output<string>;

  constructor(name: string, args: ProtectedApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:api:ProtectedApi", name, {}, opts);
    const { settings, routes, functions } = args;
    const api = new aws.apigateway.RestApi(
      `${name}-rest`,
      {
        name: settings.name,
        endpointConfiguration: { types: "REGIONAL" },
        securityPolicy: settings.tls.securityPolicy,
        endpointAccessMode: settings.tls.endpointAccessMode,
      },
      { parent: this },
    );
    const body = apiBody(api, args);
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
    const stage = deployStage(this, name, args, api, deployment, permissions);

    this.url = stage.invokeUrl;
    this.apiName = api.name;
    this.stageName = settings.stageName;
    this.stageArn = stage.arn;
    this.registerOutputs({ url: this.url });
  }
}

function apiBody(
  api: aws.apigateway.RestApi,
  { settings, users, routes, functions }: ProtectedApiArgs,
): pulumi.Output<string> {
  const invokeArns = pulumi.all(
    Object.fromEntries(Object.entries(functions).map(([key, { invokeArn }]) => [key, invokeArn])),
  );
  return pulumi
    .all([api.name, users.userPoolArn, users.clientId, invokeArns])
    .apply(([title, userPoolArn, clientId, arns]) =>
      // A put sets the API's name to the title.
      JSON.stringify(openApiDocument({ title, routes, settings, userPoolArn, clientId, invokeArns: arns })),
    );
}

/** Lets this API's method, and nothing else, run the function. */
function invokePermission(
  parent: ProtectedApi,
  name: string,
  api: aws.apigateway.RestApi,
  { method, path }: Route,
  lambda: HandlerFunction,
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
  { settings, logs, accountRole: role }: ProtectedApiArgs,
  api: aws.apigateway.RestApi,
  deployment: aws.apigateway.Deployment,
  permissions: aws.lambda.Permission[],
): aws.apigateway.Stage {
  const accountRole = role ? [role] : [];
  const accessLogs = logGroup(`${name}-access`, logs, {}, { parent });
  // API Gateway would make this group itself, under this name, and keep what is in it for ever.
  const executionLogs = logGroup(
    `${name}-execution`,
    logs,
    { name: pulumi.interpolate`API-Gateway-Execution-Logs_${api.id}/${settings.stageName}` },
    { parent },
  );
  const stage = new aws.apigateway.Stage(
    `${name}-stage`,
    {
      restApi: api.id,
      deployment: deployment.id,
      stageName: settings.stageName,
      xrayTracingEnabled: true,
      accessLogSettings: { destinationArn: accessLogs.arn, format: accessLogFormat },
    },
    { parent, dependsOn: [...accountRole, ...permissions] },
  );
  new aws.apigateway.MethodSettings(
    `${name}-method-settings`,
    {
      restApi: api.id,
      stageName: stage.stageName,
      methodPath: "*/*",
      settings: {
        metricsEnabled: true,
        loggingLevel: "ERROR",
        // Would write requests to the log, bearer tokens included.
        dataTraceEnabled: false,
        throttlingRateLimit: settings.throttling.ratePerSecond,
        throttlingBurstLimit: settings.throttling.burst,
      },
    },
    { parent, dependsOn: [executionLogs, ...accountRole] },
  );
  return stage;
}

/** Who called what, how it ended and why; never a token, never an e-mail address. */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  extendedRequestId: "$context.extendedRequestId",
  requestTime: "$context.requestTime",
  httpMethod: "$context.httpMethod",
  resourcePath: "$context.resourcePath",
  status: "$context.status",
  responseLatency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  integrationStatus: "$context.integrationStatus",
  sourceIp: "$context.identity.sourceIp",
  userAgent: "$context.identity.userAgent",
  sub: "$context.authorizer.claims.sub",
  authorizerError: "$context.authorizer.error",
  authorizeError: "$context.authorize.error",
  errorMessage: "$context.error.message",
  errorResponseType: "$context.error.responseType",
  tlsVersion: "$context.tlsVersion",
  cipherSuite: "$context.cipherSuite",
  xrayTraceId: "$context.xrayTraceId",
});
