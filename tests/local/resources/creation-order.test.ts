/** What a program's resources need and do not wait for: Pulumi makes them in parallel, and AWS refuses or leaves out what comes too early. */
import assert from "node:assert/strict";
import { ProgramError } from "../../../local/engine/problems.ts";
import { buildModel } from "../../../local/resources/aws.ts";
import { graphOf } from "./program.ts";

const warningsOf = async (program: string) => buildModel(await graphOf(program), "us-east-1", () => "/code").warnings;

const REST = `
  const api = new aws.apigateway.RestApi("api");
  const at = { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "GET" };
  const method = new aws.apigateway.Method("get", { ...at, authorization: "NONE" });
  const reply = new aws.apigateway.MethodResponse("ok", { ...at, httpMethod: method.httpMethod, statusCode: "200" });
  const integration = new aws.apigateway.Integration("mock", { ...at, httpMethod: method.httpMethod, type: "MOCK" });
  const answer = new aws.apigateway.IntegrationResponse("answer", { ...at, httpMethod: method.httpMethod, statusCode: reply.statusCode }, { dependsOn: [integration] });
`;

describe("a deployment", function () {
  this.timeout(30_000);

  it("[D.2] that does not wait for parts of its REST API is named with them, since on AWS they may be missing", async () => {
    const other = `
      const other = new aws.apigateway.RestApi("other");
      new aws.apigateway.Response("denied", { restApiId: other.id, responseType: "UNAUTHORIZED" });
    `;
    const deploy = `new aws.apigateway.Deployment("d", { restApi: api.id }, { dependsOn: [integration] });`;
    assert.deepEqual(await warningsOf(`${REST}${other}${deploy}`), [
      'The REST API deployment "d" does not wait for MethodResponse "ok", IntegrationResponse "answer": `pulumi up` may fail, or deploy without what is not there yet. Give it an option dependsOn that names them.',
    ]);
    const bare = await warningsOf(`${REST}new aws.apigateway.Deployment("d", { restApi: api.id });`);
    assert.match(bare[0]!, /Method "get".*Integration "mock"/);
  });

  it("[D.2] that waits for all of them, by its options, its triggers or what these depend on, is not", async () => {
    for (const awaited of [
      `{ restApi: api.id }, { dependsOn: [integration, answer] }`,
      `{ restApi: api.id, triggers: { hash: pulumi.jsonStringify([answer.id, integration.id]) } }`,
    ]) {
      assert.deepEqual(await warningsOf(`${REST}new aws.apigateway.Deployment("d", ${awaited});`), []);
    }
    const component = `
      class Routes extends pulumi.ComponentResource { constructor() { super("my:index:Routes", "routes"); } }
      const parent = new Routes();
      const made = new aws.apigateway.RestApi("api");
      const on = { restApi: made.id, resourceId: made.rootResourceId, httpMethod: "GET" };
      const get = new aws.apigateway.Method("get", { ...on, authorization: "NONE" }, { parent });
      new aws.apigateway.Integration("mock", { ...on, httpMethod: get.httpMethod, type: "MOCK" }, { parent });
      new aws.apigateway.Deployment("d", { restApi: made.id }, { dependsOn: [parent] });
    `;
    assert.deepEqual(await warningsOf(component), []);
  });

  it("[F.3] of an HTTP API is named alike with the routes that it does not wait for", async () => {
    const program = (options: string) => `
      const api = new aws.apigatewayv2.Api("api", { protocolType: "HTTP" });
      const route = new aws.apigatewayv2.Route("all", { apiId: api.id, routeKey: "$default" });
      new aws.apigatewayv2.Deployment("d", { apiId: api.id }, ${options});
    `;
    assert.deepEqual(await warningsOf(program("{}")), [
      'The HTTP API deployment "d" does not wait for Route "all": `pulumi up` may fail, or deploy without what is not there yet. Give it an option dependsOn that names them.',
    ]);
    assert.deepEqual(await warningsOf(program("{ dependsOn: [route] }")), []);
  });
});

const POOL = `const pool = new aws.cognito.UserPool("p"); const userPoolId = pool.id;`;
const GOOGLE = `const google = new aws.cognito.IdentityProvider("google", { userPoolId, providerName: "Google", providerType: "Google",
  providerDetails: { client_id: "a", client_secret: "b", authorize_scopes: "email" } });`;
const ORDERS = `const orders = new aws.cognito.ResourceServer("orders", { userPoolId, identifier: "orders", name: "Orders",
  scopes: [{ scopeName: "read", scopeDescription: "Read" }] });`;
const oauth = `allowedOauthFlowsUserPoolClient: true, allowedOauthFlows: ["code"], callbackUrls: ["http://localhost:3000/in"]`;

const sentence = (pairs: string) =>
  `\`pulumi up\` may fail, since these do not wait for what AWS wants to be there first: ${pairs}. Give each an option dependsOn, or the other's output in place of a name.`;

describe("a resource that names another", function () {
  this.timeout(60_000);

  it("without waiting for it is warned of, once for all of them, where AWS wants the other to be there", async () => {
    const rest = `
      const api = new aws.apigateway.RestApi("api");
      const at = { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "GET" };
      const method = new aws.apigateway.Method("get", { ...at, authorization: "NONE" });
      const mock = new aws.apigateway.Integration("mock", { ...at, type: "MOCK" }, { dependsOn: [method] });
    `;
    assert.deepEqual(
      await warningsOf(`${rest} new aws.apigateway.MethodResponse("ok", { ...at, statusCode: "200" }, { dependsOn: [mock] });
      const reply = new aws.apigateway.MethodResponse("created", { ...at, httpMethod: method.httpMethod, statusCode: "201" });
      new aws.apigateway.IntegrationResponse("answer", { ...at, statusCode: "201" }, { dependsOn: [mock] });`),
      [sentence('IntegrationResponse "answer" (MethodResponse "created")')],
    );
    const stage = `new aws.apigateway.Stage("v1", { restApi: api.id, deployment: "d", stageName: "v1" });
      new aws.apigateway.UsagePlan("plan", { apiStages: [{ apiId: api.id, stage: "v1" }] });
      new aws.apigateway.MethodSettings("all", { restApi: api.id, stageName: "v1", methodPath: "*/*", settings: {} });`;
    assert.deepEqual(await warningsOf(rest + stage), [
      sentence('UsagePlan "plan" (Stage "v1"), MethodSettings "all" (Stage "v1")'),
    ]);
    const client = `new aws.cognito.UserPoolClient("c", { userPoolId, ${oauth}, supportedIdentityProviders: ["Google"], allowedOauthScopes: ["openid", "orders/read"] });`;
    assert.deepEqual(await warningsOf(POOL + GOOGLE + ORDERS + client), [
      sentence('UserPoolClient "c" (IdentityProvider "google"), UserPoolClient "c" (ResourceServer "orders")'),
    ]);
    const named = client
      .replace('"Google"', "google.providerName")
      .replace('"orders/read"', "orders.scopeIdentifiers[0]");
    assert.deepEqual(await warningsOf(POOL + GOOGLE + ORDERS + named), []);
  });

  it("which the program does not have is refused in AWS's words", async () => {
    const cases: [string, RegExp][] = [
      [
        `${POOL} new aws.cognito.UserPoolClient("c", { userPoolId, ${oauth}, allowedOauthScopes: ["openid", "orders/write"] }); ${ORDERS}`,
        /ScopeDoesNotExistException: Invalid scope requested: orders\/write\. Declare it/,
      ],
      [
        `${POOL} const user = new aws.cognito.User("u", { userPoolId, username: "ada" });
         new aws.cognito.UserInGroup("m", { userPoolId, username: user.username, groupName: "admin" });`,
        /ResourceNotFoundException: Group not found\./,
      ],
      [
        `const api = new aws.apigateway.RestApi("api");
         new aws.apigateway.UsagePlan("plan", { apiStages: [{ apiId: api.id, stage: "v2" }] });`,
        /NotFoundException: API Stage not found: \w+:v2/,
      ],
      [
        `const api = new aws.apigatewayv2.Api("api", { protocolType: "HTTP" });
         new aws.apigatewayv2.Stage("s", { apiId: api.id, name: "$default", autoDeploy: true, routeSettings: [{ routeKey: "GET /a", throttlingRateLimit: 1, throttlingBurstLimit: 1 }] });`,
        /NotFoundException: Unable to find Route by key GET \/a within the provided RouteSettings/,
      ],
    ];
    for (const [program, message] of cases) {
      await assert.rejects(
        warningsOf(program),
        (error) => error instanceof ProgramError && message.test(error.message),
      );
    }
  });
});
