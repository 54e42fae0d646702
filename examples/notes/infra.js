// What `pulumi up` deploys and the tests run: a user pool with a group, and a REST API behind it.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const people = new aws.cognito.UserPool("people", {
  name: "People",
  usernameAttributes: ["email"],
  autoVerifiedAttributes: ["email"],
});
new aws.cognito.UserGroup("staff", { userPoolId: people.id, name: "staff" });
const domain = new aws.cognito.UserPoolDomain("people", { userPoolId: people.id, domain: "notes-of-people" });
const web = new aws.cognito.UserPoolClient("web", {
  name: "Web",
  userPoolId: people.id,
  allowedOauthFlowsUserPoolClient: true,
  allowedOauthFlows: ["code"],
  allowedOauthScopes: ["openid", "email"],
  callbackUrls: [`${process.env.APP_ORIGIN ?? "http://localhost:5173"}/`],
  supportedIdentityProviders: ["COGNITO"],
});

const role = new aws.iam.Role("notes", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
  }),
});
const notes = new aws.lambda.Function("notes", {
  runtime: "nodejs24.x",
  handler: "notes.handler",
  role: role.arn,
  code: new pulumi.asset.FileArchive("./handler"),
});

const api = new aws.apigateway.RestApi("notes", { name: "Notes" });
const authorizer = new aws.apigateway.Authorizer("people", {
  restApi: api.id,
  type: "COGNITO_USER_POOLS",
  providerArns: [people.arn],
});
const resource = new aws.apigateway.Resource("notes", {
  restApi: api.id,
  parentId: api.rootResourceId,
  pathPart: "notes",
});
const method = new aws.apigateway.Method("notes", {
  restApi: api.id,
  resourceId: resource.id,
  httpMethod: "GET",
  authorization: "COGNITO_USER_POOLS",
  authorizerId: authorizer.id,
});
new aws.lambda.Permission("notes", {
  action: "lambda:InvokeFunction",
  function: notes.name,
  principal: "apigateway.amazonaws.com",
  sourceArn: pulumi.interpolate`${api.executionArn}/*/GET/notes`,
});
const integration = new aws.apigateway.Integration("notes", {
  restApi: api.id,
  resourceId: resource.id,
  httpMethod: method.httpMethod,
  type: "AWS_PROXY",
  integrationHttpMethod: "POST",
  uri: notes.invokeArn,
});
const deployment = new aws.apigateway.Deployment("notes", { restApi: api.id }, { dependsOn: [integration] });
const stage = new aws.apigateway.Stage("v1", { restApi: api.id, deployment: deployment.id, stageName: "v1" });

export const notesUrl = pulumi.interpolate`${stage.invokeUrl}/notes`;
export const hostedUiUrl = pulumi.interpolate`https://${domain.domain}.auth.us-east-1.amazoncognito.com`;
export const clientId = web.id;
