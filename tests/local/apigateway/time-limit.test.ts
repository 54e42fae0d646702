/** What a program declares, and a client can make take for ever: regular expressions, models, loops. */
import assert from "node:assert/strict";
import type { IntegrationModel, RestApiModel } from "../../../local/model.ts";
import { startApi } from "./api-harness.ts";
import { allowing, startGatedApi } from "./authorizer-function.ts";
import { lambdaProxy, method, resources } from "./models.ts";

/** Each further letter doubles the ways in which `(a+)+` can fail to match it. */
const hostile = `${"a".repeat(60)}!`;
const SLOW = " took longer than 1000 ms on what was sent; write it so that it need not try again and again";

const fails = (payload: string) => async () => ({ payload, functionError: "Unhandled" as const, reason: "It failed." });
const echoes = async (_arn: string, payload: string) => ({ payload, functionError: undefined, reason: undefined });

const answering = (changes: Partial<IntegrationModel["responses"][number]>): Partial<RestApiModel> => {
  const response = {
    ...{ statusCode: "200", selectionPattern: undefined, responseParameters: {}, responseTemplates: {} },
    ...{ contentHandling: undefined, ...changes },
  };
  return {
    resources: resources({
      "/t": [method("POST", { integration: lambdaProxy({ type: "AWS", responses: [response] }) })],
    }),
  };
};

describe("a text that a declared expression cannot get done with", function () {
  this.timeout(30_000);

  it("is refused by identityValidationExpression, and the function is not asked", async () => {
    await using api = await startGatedApi(() => allowing(), {
      authorizer: { identityValidationExpression: "(a+)+" },
    });
    assert.equal((await api.get("/Test", hostile)).status, 500);
    assert.match(api.lastRequest().reason!, new RegExp(`identityValidationExpression \\(a\\+\\)\\+${SLOW}\\.$`));
    assert.deepEqual(api.asked, []);
    assert.equal((await api.get("/Test", "aaa")).status, 200);
    assert.equal((await api.get("/Test", "!")).status, 401);
  });

  it("selects no integration response", async () => {
    const invoke = fails(JSON.stringify({ errorMessage: hostile }));
    await using api = await startApi({ invoke, api: answering({ selectionPattern: "(a|aa)*" }) });
    assert.equal((await api.send("POST", "/Test/t", { body: "{}" })).status, 500);
    assert.equal(api.lastRequest().reason, `The selection pattern (a|aa)*${SLOW}.`);
  });

  const templates = [
    "$input.path('$.say').matches('(a+)+')",
    "$input.path('$.say').split($input.path('$.pattern'))",
    "$input.json('$.list[?(@.say =~ /(a+)+/)]')",
    `${"#foreach($i in [1..1000])".repeat(4)}x${"#end".repeat(4)}`,
  ];
  for (const template of templates) {
    it(`is not rendered: ${template.slice(0, 60)}`, async () => {
      const responseTemplates = { "application/json": template };
      await using api = await startApi({ invoke: echoes, api: answering({ responseTemplates }) });
      const body = JSON.stringify({ say: hostile, pattern: "(a+)+b", list: [{ say: hostile }] });
      assert.equal((await api.send("POST", "/Test/t", { body })).status, 500);
      assert.equal(api.lastRequest().reason, `The mapping template cannot be rendered: It${SLOW}`);
    });
  }

  const many = JSON.stringify([...Array(60_000).keys()].map((number) => ({ number })));
  const schemas: [string, object, string][] = [
    ["pattern", { type: "string", pattern: "^(a+)+$" }, JSON.stringify(hostile)],
    ["patternProperties", { patternProperties: { "^(a+)+$": {} } }, JSON.stringify({ [hostile]: 1 })],
    ["uniqueItems", { type: "array", uniqueItems: true }, many],
  ];
  for (const [keyword, schema, body] of schemas) {
    it(`fits no model with ${keyword}`, async () => {
      const checked = method("POST", { requestValidatorId: "v", requestModels: { "application/json": "M" } });
      await using api = await startApi({
        invoke: echoes,
        api: {
          requestValidators: [{ id: "v", name: "v", validateBody: true, validateParameters: false }],
          models: [{ name: "M", contentType: "application/json", schema: JSON.stringify(schema) }],
          resources: resources({ "/t": [checked] }),
        },
      });
      assert.equal((await api.send("POST", "/Test/t", { body })).status, 500);
      assert.equal(api.lastRequest().reason, `The model M${SLOW}.`);
    });
  }
});
