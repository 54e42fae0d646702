/** What programs of many kinds declare, as the services get it. */
import assert from "node:assert/strict";
import { ProgramError } from "../../../local/engine/problems.ts";
import { buildModel } from "../../../local/resources/aws.ts";
import { graphOf } from "./program.ts";

const declare = async (program: string) => buildModel(await graphOf(program), "us-east-1", () => "/code");

describe("what a program declares", function () {
  this.timeout(30_000);

  it("has the API's defaults where the program says nothing", async () => {
    const { model } = await declare(`
      const pool = new aws.cognito.UserPool("p");
      new aws.cognito.UserPoolClient("c", { userPoolId: pool.id });
    `);
    const [pool] = model.userPools;
    assert.deepEqual(
      [
        pool!.tier,
        pool!.mfa,
        pool!.usernameCaseSensitive,
        pool!.adminCreateUserOnly,
        pool!.passwordPolicy.minimumLength,
      ],
      ["ESSENTIALS", "OFF", true, false, 8],
    );
    assert.equal(pool!.passwordPolicy.requireSymbols, true);
    const [client] = pool!.clients;
    assert.deepEqual(client!.explicitAuthFlows, [
      "ALLOW_REFRESH_TOKEN_AUTH",
      "ALLOW_USER_SRP_AUTH",
      "ALLOW_CUSTOM_AUTH",
    ]);
    assert.deepEqual(client!.validity, {
      idTokenSeconds: 3600,
      accessTokenSeconds: 3600,
      refreshTokenSeconds: 30 * 86_400,
      authSessionMinutes: 3,
    });
    assert.deepEqual([client!.oauthEnabled, client!.hideUserExistence, client!.tokenRevocation], [false, false, true]);
  });

  it("reads of what it uploads only what integrations can ask for", async () => {
    const { model } = await declare(`
      for (const name of ["got", "website"]) {
        const bucket = new aws.s3.Bucket(name, { bucket: name });
        for (const content of ["before", "after"]) new aws.s3.BucketObject(name + content, { bucket: bucket.id, key: "k", content });
      }
      const api = new aws.apigateway.RestApi("api", {});
      const at = { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "GET" };
      const made = new aws.apigateway.Method("get", { ...at, authorization: "NONE" });
      const uri = "arn:aws:apigateway:us-east-1:s3:path/got/k";
      new aws.apigateway.Integration("get", { ...at, httpMethod: made.httpMethod, type: "AWS", integrationHttpMethod: "GET", uri });
    `);
    const kept = model.buckets.map(({ name, objects }) => [
      name,
      objects.map(({ key, content }) => [key, String(content)]),
    ]);
    assert.deepEqual(Object.fromEntries(kept), { got: [["k", "after"]], website: [] });
  });

  it("names the integrations of both kinds of API that lead to services which are not called", async () => {
    const { unserved } = await declare(`
      const api = new aws.apigateway.RestApi("orders", {});
      const rest = (name, method, type, uri) => {
        const at = { restApi: api.id, resourceId: api.rootResourceId, httpMethod: method };
        const made = new aws.apigateway.Method(name, { ...at, authorization: "NONE" });
        new aws.apigateway.Integration(name, { ...at, httpMethod: made.httpMethod, type, integrationHttpMethod: "POST", uri });
      };
      rest("queue", "POST", "AWS", "arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders");
      rest("elsewhere", "GET", "HTTP_PROXY", "https://example.com/");
      rest("here", "PUT", "HTTP_PROXY", "http://LOCALHOST:3000/");
      const http = new aws.apigatewayv2.Api("http", { protocolType: "HTTP" });
      const proxy = (name, integrationUri) => new aws.apigatewayv2.Integration(name, {
        apiId: http.id, integrationType: "HTTP_PROXY", integrationMethod: "ANY", integrationUri,
      });
      proxy("proxy", "https://example.com/{proxy}");
      proxy("local", "http://[::1]:3000/{proxy}");
    `);
    assert.deepEqual(unserved.map(({ name, property }) => `${name} ${property}`).sort(), [
      "elsewhere uri",
      "proxy integrationUri",
      "queue uri",
    ]);
  });

  it("takes groups, users and their sub, resource servers, and link verification into the pool", async () => {
    const graph = await graphOf(`
      const pool = new aws.cognito.UserPool("p", { verificationMessageTemplate: {
        defaultEmailOption: "CONFIRM_WITH_LINK", emailSubjectByLink: "Come in", emailMessageByLink: "{##here##}",
      } });
      const group = new aws.cognito.UserGroup("g", { userPoolId: pool.id, name: "admin", precedence: 1 });
      const user = new aws.cognito.User("u", { userPoolId: pool.id, username: "ada", password: "Correct-horse-7" });
      new aws.cognito.UserInGroup("m", { userPoolId: pool.id, username: user.username, groupName: group.name });
      new aws.cognito.ResourceServer("r", { userPoolId: pool.id, identifier: "orders", name: "Orders", scopes: [{ scopeName: "read", scopeDescription: "Read" }] });
      exports.sub = user.sub;
    `);
    const [pool] = buildModel(graph, "us-east-1", () => "/code").model.userPools;
    assert.deepEqual(pool!.messages.verification, {
      option: "CONFIRM_WITH_LINK",
      subject: "Come in",
      email: "{##here##}",
      sms: "Your confirmation code is {####}",
    });
    assert.deepEqual(pool!.groups, [{ name: "admin", description: "", precedence: 1, roleArn: undefined }]);
    assert.deepEqual([pool!.users[0]?.groups, pool!.users[0]?.sub], [["admin"], graph.outputs.sub]);
    assert.deepEqual(pool!.resourceServers, [
      { identifier: "orders", name: "Orders", scopes: [{ name: "read", description: "Read" }] },
    ]);
  });

  it("gives a declared user's custom attributes the prefix that the provider gives them, and standard ones none", async () => {
    const { model } = await declare(`
      const schemas = ["team", "level"].map((name) => ({ name, attributeDataType: "String", mutable: true }));
      const pool = new aws.cognito.UserPool("p", { schemas });
      const attributes = { team: "red", "custom:level": "3", email: "ada@example.com", email_verified: "true" };
      new aws.cognito.User("u", { userPoolId: pool.id, username: "ada", attributes });
    `);
    assert.deepEqual(model.userPools[0]!.users[0]!.attributes, {
      "custom:team": "red",
      "custom:level": "3",
      email: "ada@example.com",
      email_verified: "true",
    });
  });

  it("uses the region of an explicit provider", async () => {
    const { model } = await declare(`
      const provider = new aws.Provider("eu", { region: "eu-central-1" });
      new aws.cognito.UserPool("p", {}, { provider });
    `);
    assert.match(model.userPools[0]!.id, /^eu-central-1_/);
  });

  it("lists a function that cannot run here, and serves the rest", async () => {
    const { model, unserved } = await declare(`
      new aws.lambda.Function("py", { runtime: "python3.13", handler: "a.b", role: "arn:aws:iam::123456789012:role/r", code: new pulumi.asset.FileArchive(".") });
      new aws.cognito.UserPool("p");
    `);
    assert.deepEqual(model.functions, []);
    assert.equal(model.userPools.length, 1);
    assert.deepEqual(unserved, [
      {
        type: "aws:lambda/function:Function",
        name: "py",
        reason: "its runtime python3.13 does not run here; the local cloud runs Node.js functions",
      },
    ]);
  });

  it("may build on what exists in a real account, by name and ARN", async () => {
    const { outputs } = await graphOf(`
      const role = aws.iam.Role.get("r", "existing-role");
      exports.arn = role.arn;
      exports.id = role.id;
    `);
    assert.deepEqual(outputs, { arn: "arn:aws:iam::123456789012:role/existing-role", id: "existing-role" });
  });

  const refused: [string, string, RegExp][] = [
    [
      "threat protection without PLUS",
      'new aws.cognito.UserPool("p", { userPoolAddOns: { advancedSecurityMode: "ENFORCED" } });',
      /FeatureUnavailableInTierException/,
    ],
    [
      "managed login on LITE",
      'const p = new aws.cognito.UserPool("p", { userPoolTier: "LITE" }); new aws.cognito.UserPoolDomain("d", { userPoolId: p.id, domain: "x", managedLoginVersion: 2 });',
      /not available for the LITE pricing tier/,
    ],
    [
      "a plain http callback",
      'const p = new aws.cognito.UserPool("p"); new aws.cognito.UserPoolClient("c", { userPoolId: p.id, callbackUrls: ["http://example.org/cb"] });',
      /cannot use the HTTP protocol/,
    ],
    [
      "a TLS policy without its access mode",
      'new aws.apigateway.RestApi("a", { securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" });',
      /Endpoint access mode is required/,
    ],
    [
      "a Cognito method without an authorizer",
      'const a = new aws.apigateway.RestApi("a"); new aws.apigateway.Method("m", { restApi: a.id, resourceId: a.rootResourceId, httpMethod: "GET", authorization: "COGNITO_USER_POOLS" });',
      /Invalid authorizer ID/,
    ],
  ];
  for (const [what, program, message] of refused) {
    it(`is refused with AWS's reason: ${what}`, async () => {
      await assert.rejects(graphOf(program), (error) => error instanceof ProgramError && message.test(error.message));
    });
  }

  it("cannot be deployed with a method that has no integration, or none at all", async () => {
    const api = 'const a = new aws.apigateway.RestApi("a");';
    const bare =
      'new aws.apigateway.Method("m", { restApi: a.id, resourceId: a.rootResourceId, httpMethod: "GET", authorization: "NONE" });';
    const deployment = 'new aws.apigateway.Deployment("d", { restApi: a.id });';
    await assert.rejects(declare(api + bare + deployment), /No integration defined for method: GET \//);
    await assert.rejects(declare(api + deployment), /doesn't contain any methods/);
  });
});
