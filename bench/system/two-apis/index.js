// A REST API and an HTTP API before the same function and behind the same user pool.
const aws = require("@pulumi/aws");
const pulumi = require("@pulumi/pulumi");

const pool = new aws.cognito.UserPool("people", { usernameAttributes: ["email"], autoVerifiedAttributes: ["email"] });
new aws.cognito.UserPoolDomain("people", { userPoolId: pool.id, domain: "two-apis" });
const client = new aws.cognito.UserPoolClient("web", {
  userPoolId: pool.id,
  allowedOauthFlowsUserPoolClient: true,
  allowedOauthFlows: ["implicit"],
  allowedOauthScopes: ["openid"],
  callbackUrls: ["http://localhost:47811/callback"],
  supportedIdentityProviders: ["COGNITO"],
});
const role = new aws.iam.Role("function", {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
});
const handler = `exports.handler = async () => ({ statusCode: 200, headers: { "Content-Type": "application/json" }, body: '{"transactions":[]}' });`;
const fn = new aws.lambda.Function("function", {
  runtime: "nodejs24.x",
  handler: "index.handler",
  role: role.arn,
  code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(handler) }),
});
const permit = (name, api) =>
  new aws.lambda.Permission(name, {
    action: "lambda:InvokeFunction",
    function: fn.name,
    principal: "apigateway.amazonaws.com",
    sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
  });

const rest = new aws.apigateway.RestApi("rest");
const resource = new aws.apigateway.Resource("transactions", {
  restApi: rest.id,
  parentId: rest.rootResourceId,
  pathPart: "transactions",
});
const authorizer = new aws.apigateway.Authorizer("pool", {
  restApi: rest.id,
  type: "COGNITO_USER_POOLS",
  providerArns: [pool.arn],
});
const method = new aws.apigateway.Method("get", {
  restApi: rest.id,
  resourceId: resource.id,
  httpMethod: "GET",
  authorization: "COGNITO_USER_POOLS",
  authorizerId: authorizer.id,
});
const integration = new aws.apigateway.Integration("get", {
  restApi: rest.id,
  resourceId: resource.id,
  httpMethod: method.httpMethod,
  integrationHttpMethod: "POST",
  type: "AWS_PROXY",
  uri: fn.invokeArn,
});
const deployment = new aws.apigateway.Deployment("rest", { restApi: rest.id }, { dependsOn: [integration] });
new aws.apigateway.Stage("rest", { restApi: rest.id, deployment: deployment.id, stageName: "Test" });
permit("rest", rest);

const http = new aws.apigatewayv2.Api("http", { protocolType: "HTTP" });
const jwt = new aws.apigatewayv2.Authorizer("jwt", {
  apiId: http.id,
  authorizerType: "JWT",
  identitySources: ["$request.header.Authorization"],
  jwtConfiguration: { audiences: [client.id], issuer: pulumi.interpolate`https://${pool.endpoint}` },
});
const proxy = new aws.apigatewayv2.Integration("function", {
  apiId: http.id,
  integrationType: "AWS_PROXY",
  integrationUri: fn.invokeArn,
  payloadFormatVersion: "2.0",
});
new aws.apigatewayv2.Route("get", {
  apiId: http.id,
  routeKey: "GET /transactions",
  target: pulumi.interpolate`integrations/${proxy.id}`,
  authorizationType: "JWT",
  authorizerId: jwt.id,
});
new aws.apigatewayv2.Stage("default", { apiId: http.id, name: "$default", autoDeploy: true });
permit("http", http);
