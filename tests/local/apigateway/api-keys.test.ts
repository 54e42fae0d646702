/** API keys, as their owner learns them and as callers send them. */
import assert from "node:assert/strict";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { temporaryDirectory, temporaryProject } from "../../support/temporary.ts";

const PROGRAM = `
  const aws = require("@pulumi/aws");
  const api = new aws.apigateway.RestApi("partners");
  const at = { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "GET" };
  const method = new aws.apigateway.Method("get", { ...at, authorization: "NONE", apiKeyRequired: true });
  const mock = new aws.apigateway.Integration("mock", { ...at, httpMethod: method.httpMethod, type: "MOCK", requestTemplates: { "application/json": '{"statusCode":200}' } });
  const reply = new aws.apigateway.MethodResponse("ok", { ...at, httpMethod: method.httpMethod, statusCode: "200" });
  const answer = new aws.apigateway.IntegrationResponse("ok", { ...at, httpMethod: mock.httpMethod, statusCode: reply.statusCode }, { dependsOn: [mock] });
  const deployment = new aws.apigateway.Deployment("d", { restApi: api.id }, { dependsOn: [answer] });
  const stage = new aws.apigateway.Stage("v1", { restApi: api.id, deployment: deployment.id, stageName: "v1" });
  const key = new aws.apigateway.ApiKey("partner", { name: "partner" });
  new aws.apigateway.ApiKey("unused", { name: "unused", value: "given-by-the-program-1", enabled: false });
  const plan = new aws.apigateway.UsagePlan("plan", { apiStages: [{ apiId: api.id, stage: stage.stageName }] });
  new aws.apigateway.UsagePlanKey("k", { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id });
  exports.key = key.value;
`;

describe("the keys of an API", function () {
  this.timeout(60_000);

  let cloud: LocalCloud;
  before(async () => {
    const projectDirectory = temporaryProject({
      "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "main": "index.js" }',
      "index.js": PROGRAM,
    });
    const options = { port: 0, stateDirectory: temporaryDirectory(), environment: process.env };
    cloud = await startLocalCloud({ projectDirectory, stack: "dev", ...options });
  });
  after(() => cloud?.close());

  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(cloud.ready.console + path, init);
    return { status: response.status, type: response.headers.get("x-amzn-errortype"), json: await response.json() };
  };

  it("[D.2] are listed with their values for who asks for these, and let requests in", async () => {
    const [stage] = cloud.ready.apis[0]!.stages;
    const { json } = await ask("/apikeys?name=partner&includeValues=true");
    const [{ id, value, ...partner }] = json.item;
    assert.deepEqual(
      { count: json.item.length, ...partner },
      {
        ...{ count: 1, name: "partner", description: "Managed by Pulumi", enabled: true },
        ...{ createdDate: 0, lastUpdatedDate: 0, stageKeys: [`${cloud.ready.apis[0]!.id}/v1`] },
      },
    );
    assert.equal((await fetch(stage!.url)).status, 403);
    assert.equal((await fetch(stage!.url, { headers: { "x-api-key": value } })).status, 200);
    assert.equal((await ask(`/apikeys/${id}?includeValue=true`)).json.value, value);
    assert.deepEqual(cloud.ready.outputs, { key: "[secret]" });
  });

  it("[D.2] are listed without values otherwise, page by page", async () => {
    const first = (await ask("/apikeys?limit=1")).json;
    const second = (await ask(`/apikeys?limit=1&position=${first.position}`)).json;
    assert.deepEqual([first.item.length, second.item.length, second.position], [1, 1, undefined]);
    assert.deepEqual([...first.item, ...second.item].map(({ name, value }) => [name, value]).sort(), [
      ["partner", undefined],
      ["unused", undefined],
    ]);
  });

  it("refuse what only the program does, unknown ids, and pages of other sites", async () => {
    const made = await ask("/apikeys", { method: "POST", body: "{}" });
    assert.deepEqual([made.status, made.type], [400, "BadRequestException"]);
    const unknown = await ask("/apikeys/nobody");
    assert.deepEqual(
      [unknown.status, unknown.type, unknown.json.message],
      [404, "NotFoundException", "Invalid API Key identifier specified"],
    );
    assert.equal(
      (await ask("/apikeys?includeValues=true", { headers: { "sec-fetch-site": "cross-site" } })).status,
      403,
    );
  });
});
