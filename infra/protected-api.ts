/**
 * The REST API: every method behind the Cognito authorizer, deployed to one stage.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { HandlerFunction } from "./function.ts";
import type { Route } from "./routes.ts";
import type { ApiSettings } from "./settings.ts";
import type { UserDirectory } from "./user-directory.ts";

export interface ProtectedApiArgs {
  settings: ApiSettings;
  users: UserDirectory;
  routes: readonly Route[];
  /** By the handler that a route names. */
  functions: ReadonlyMap<string, HandlerFunction>;
}

export class ProtectedApi extends pulumi.ComponentResource {
  /** Where the stage answers, without a slash at the end. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ProtectedApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:api:ProtectedApi", name, {}, opts);
    const { settings, users, routes, functions } = args;
    const child = { parent: this };
    const api = new aws.apigateway.RestApi(
      `${name}-rest`,
      {
        name: settings.name,
        endpointConfiguration: { types: "REGIONAL" },
        // Only TLS 1.3, and only from clients whose TLS name is the host they ask for.
        securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09",
        endpointAccessMode: "STRICT",
      },
      child,
    );
    const authorizer = new aws.apigateway.Authorizer(
      `${name}-authorizer`,
      {
        restApi: api.id,
        type: "COGNITO_USER_POOLS",
        providerArns: [users.userPoolArn],
        identitySource: "method.request.header.Authorization",
        // The authorizer takes tokens of every client of the pool unless `aud` is pinned. Access tokens have no `aud`.
        ...(settings.tokenUse === "id" && { identityValidationExpression: pulumi.interpolate`^${users.clientId}$` }),
      },
      child,
    );
    const resources = new Map<string, pulumi.Output<string>>([["", api.rootResourceId]]);
    const integrations = routes.map((route) => {
      const lambda = functions.get(route.handler)!;
      const logical = `${name}-${route.method.toLowerCase()}${route.path.replaceAll(/[^A-Za-z0-9]+/g, "-")}`;
      const method = new aws.apigateway.Method(
        `${logical}-method`,
        {
          restApi: api.id,
          resourceId: resourceFor(route.path),
          httpMethod: route.method,
          authorization: "COGNITO_USER_POOLS",
          authorizerId: authorizer.id,
          ...(settings.tokenUse === "access" && { authorizationScopes: [route.scope] }),
        },
        child,
      );
      new aws.lambda.Permission(
        `${logical}-permission`,
        {
          action: "lambda:InvokeFunction",
          principal: "apigateway.amazonaws.com",
          function: lambda.functionName,
          // Any stage, so that the console's Test button works; this method and path only.
          sourceArn: pulumi.interpolate`${api.executionArn}/*/${route.method}${route.path.replaceAll(/\{[^}]*\}/g, "*")}`,
        },
        child,
      );
      return new aws.apigateway.Integration(
        `${logical}-integration`,
        {
          restApi: api.id,
          resourceId: method.resourceId,
          httpMethod: method.httpMethod,
          type: "AWS_PROXY",
          integrationHttpMethod: "POST",
          uri: lambda.invokeArn,
          timeoutMilliseconds: settings.integrationTimeoutMilliseconds,
        },
        child,
      );

      function resourceFor(path: string): pulumi.Output<string> {
        const known = resources.get(path);
        if (known) return known;
        const cut = path.lastIndexOf("/");
        const resource = new aws.apigateway.Resource(
          `${name}${path.replaceAll(/[^A-Za-z0-9]+/g, "-")}`,
          { restApi: api.id, parentId: resourceFor(path.slice(0, cut)), pathPart: path.slice(cut + 1) },
          child,
        );
        resources.set(path, resource.id);
        return resource.id;
      }
    });
    const deployment = new aws.apigateway.Deployment(
      `${name}-deployment`,
      {
        restApi: api.id,
        // A deployment is a snapshot: without this nothing behind it would ever change for a caller.
        triggers: { definition: definitionHash([api, authorizer, ...integrations], routes, settings) },
      },
      { ...child, dependsOn: integrations },
    );
    const stage = new aws.apigateway.Stage(
      `${name}-stage`,
      {
        restApi: api.id,
        deployment: deployment.id,
        stageName: settings.stageName,
        xrayTracingEnabled: true,
      },
      child,
    );
    this.url = stage.invokeUrl;
    this.registerOutputs({ url: this.url });
  }
}

/** One hash of all that a deployment snapshots, resolved: equal definitions give equal hashes. */
function definitionHash(resources: object[], routes: readonly Route[], settings: ApiSettings): pulumi.Output<string> {
  const resolved = resources.map((resource) =>
    pulumi.output(
      Object.fromEntries(
        Object.entries(resource).filter(([key, value]) => !key.startsWith("_") && pulumi.Output.isInstance(value)),
      ),
    ),
  );
  return pulumi.all(resolved).apply((parts) =>
    createHash("sha256")
      .update(JSON.stringify([parts, routes, settings]))
      .digest("hex"),
  );
}
