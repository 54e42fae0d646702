/** A deployment is a snapshot of an API: what it does not wait for may be missing on AWS. */
import assert from "node:assert/strict";
import { buildModel } from "../../../local/resources/aws.ts";
import { graphOf } from "../resources/program.ts";

const warningsOf = async (program: string) => buildModel(await graphOf(program), "us-east-1", () => "/code").warnings;

const REST = `
  const api = new aws.apigateway.RestApi("api");
  const at = { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "GET" };
  const method = new aws.apigateway.Method("get", { ...at, authorization: "NONE" });
  const reply = new aws.apigateway.MethodResponse("ok", { ...at, httpMethod: method.httpMethod, statusCode: "200" });
  const integration = new aws.apigateway.Integration("mock", { ...at, httpMethod: method.httpMethod, type: "MOCK" });
  const answer = new aws.apigateway.IntegrationResponse("answer", { ...at, httpMethod: method.httpMethod, statusCode: reply.statusCode });
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
