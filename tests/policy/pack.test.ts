import { deepEqual, equal } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { rules } from "../../policy/rules/index.ts";
import type { Wire } from "../infra/support/evaluate.ts";

const require = createRequire(import.meta.url);
const messages = require("@pulumi/pulumi/proto/analyzer_pb.js");
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");

/** Speaks to the pack as Pulumi's engine does while it previews or updates a stack. */
describe("the policy pack behind Pulumi's own launcher", function () {
  this.timeout(30_000);
  let pack: ChildProcess;
  let analyzer: Wire;

  before(async () => {
    const launcher = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const directory = fileURLToPath(new URL("../../policy", import.meta.url));
    pack = spawn(process.execPath, [launcher, "127.0.0.1:0", directory], {
      cwd: directory,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = await once(createInterface({ input: pack.stdout! }), "line");
    analyzer = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  });

  after(async () => {
    analyzer.close();
    pack.kill();
    await once(pack, "exit");
  });

  const call = (method: string, request: unknown): Promise<Wire> =>
    promisify(analyzer[method].bind(analyzer))(request) as Promise<Wire>;

  const diagnosticsOf = (response: Wire) =>
    response
      .getDiagnosticsList()
      .map((one: Wire) => [
        one.getPolicyname(),
        one.getMessage().split("\n").at(-1),
        one.getEnforcementlevel(),
        one.getUrn(),
      ]);

  const { MANDATORY, ADVISORY } = messages.EnforcementLevel;

  function fill(message: Wire, stack: string, type: string, name: string, properties: object) {
    message.setType(type);
    message.setUrn(`urn:pulumi:${stack}::demo-auth::${type}::${name}`);
    message.setName(name);
    message.setProperties(Struct.fromJavaScript(properties));
    message.setOptions(new messages.AnalyzerResourceOptions());
    return message;
  }

  it("offers every rule with its level", async () => {
    const info = await call("getAnalyzerInfo", new Empty());
    equal(info.getName(), "demo-auth");
    deepEqual(
      info.getPoliciesList().map((policy: Wire) => [policy.getName(), policy.getEnforcementlevel()]),
      rules.map((rule) => [rule.name, rule.level === "mandatory" ? MANDATORY : ADVISORY]),
    );
  });

  it("stops a resource before it is made, with the sentence of the rule", async () => {
    const request = fill(new messages.AnalyzeRequest(), "dev", "aws:lambda/function:Function", "f", {
      runtime: "nodejs20.x",
    });
    deepEqual(diagnosticsOf(await call("analyze", request)), [
      ["lambda-runtime-supported", "runtime is nodejs20.x; use nodejs24.x.", MANDATORY, ""],
    ]);
  });

  const orders = { openapi: "3.0.1", paths: { "/orders": { get: {} } } };

  for (const [what, type, properties, sentences] of [
    [
      "an open method in a document",
      "aws:apigateway/restApiPut:RestApiPut",
      { body: JSON.stringify(orders) },
      [["apigw-method-authorized", "GET /orders is open to everybody; give it an authorizer."]],
    ],
    [
      "an open method that is a resource",
      "aws:apigateway/method:Method",
      { httpMethod: "GET", authorization: "NONE" },
      [["apigw-method-authorized", "GET of it is open to everybody; give it an authorizer."]],
    ],
    [
      "an authorizer of any client's ID tokens, and input that nobody checks",
      "aws:apigateway/restApiPut:RestApiPut",
      {
        body: JSON.stringify({
          ...orders,
          paths: { "/orders": { post: { requestBody: {}, security: [{ users: [] }] } } },
          components: {
            securitySchemes: { users: { "x-amazon-apigateway-authorizer": { type: "cognito_user_pools" } } },
          },
        }),
      },
      [
        [
          "apigw-authorizer-pins-audience",
          "POST /orders takes ID tokens of every client; set identityValidationExpression to ^<client id>$.",
        ],
        ["apigw-input-validated", "POST /orders declares input without a validator; add one."],
      ],
    ],
    [
      "settings that neither log nor throttle",
      "aws:apigateway/methodSettings:MethodSettings",
      { methodPath: "*/*", settings: { loggingLevel: "OFF" } },
      [
        ["apigw-execution-logs", "The settings of */* log no errors; set loggingLevel to ERROR."],
        ["apigw-throttled", "The settings of */* do not throttle; set throttlingRateLimit and throttlingBurstLimit."],
      ],
    ],
    [
      "a trail that does not validate its files",
      "aws:cloudtrail/trail:Trail",
      {},
      [["trail-validates-files", "enableLogFileValidation is not true; set it."]],
    ],
  ] as const) {
    it(`stops ${what} before it is made`, async () => {
      const request = fill(new messages.AnalyzeRequest(), "prod", type, "it", properties);
      deepEqual(
        diagnosticsOf(await call("analyze", request)),
        sentences.map(([rule, sentence]) => [rule, sentence, MANDATORY, ""]),
      );
    });
  }

  it("lets awsx's trail pass as the engine sees it: a component without inputs around a trail with its own", async () => {
    const parts = [
      ["awsx:cloudtrail:Trail", "audit", {}],
      ["aws:cloudtrail/trail:Trail", "audit", { enableLogFileValidation: true, s3BucketName: "audit-1a2b3c4" }],
    ] as const;
    for (const [type, name, properties] of parts) {
      const request = fill(new messages.AnalyzeRequest(), "prod", type, name, properties);
      deepEqual(diagnosticsOf(await call("analyze", request)), []);
    }
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(
      parts.map(([type, name, properties]) => fill(new messages.AnalyzerResource(), "prod", type, name, properties)),
    );
    deepEqual(diagnosticsOf(await call("analyzeStack", request)), []);
  });

  it("stops a stack where only several resources together show what is wrong, and names the resource", async () => {
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList([
      fill(new messages.AnalyzerResource(), "prod", "aws:apigateway/stage:Stage", "stage", { stageName: "v1" }),
    ]);
    const urn = "urn:pulumi:prod::demo-auth::aws:apigateway/stage:Stage::stage";
    deepEqual(diagnosticsOf(await call("analyzeStack", request)), [
      [
        "apigw-execution-logs",
        "The stage logs no errors; add MethodSettings for */* with loggingLevel ERROR.",
        MANDATORY,
        urn,
      ],
      ["apigw-throttled", "The stage is not throttled; add MethodSettings for */* with both limits.", MANDATORY, urn],
    ]);
  });

  it("can judge every mandatory rule before anything is made, but for what two resources decide together", () => {
    deepEqual(
      rules.filter(({ level, kind }) => level === "mandatory" && kind === "stack").map(({ name }) => name),
      ["cognito-domain-v2-has-branding"],
    );
  });

  it("knows the exemptions: a pool without MFA passes in dev and stops prod", async () => {
    const properties = {
      mfaConfiguration: "OFF",
      passwordPolicy: {
        minimumLength: 8,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
      },
    };
    const analyze = async (stack: string) => {
      const request = fill(new messages.AnalyzeRequest(), stack, "aws:cognito/userPool:UserPool", "pool", properties);
      return diagnosticsOf(await call("analyze", request)).map(([name]: string[]) => name);
    };
    deepEqual(await analyze("dev"), []);
    deepEqual(await analyze("prod"), ["cognito-deletion-protection", "cognito-mfa", "cognito-threat-protection"]);
  });

  it("waits for values that a preview does not know yet instead of guessing", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const request = fill(new messages.AnalyzeRequest(), "prod", "aws:lambda/function:Function", "f", {
      runtime: unknown,
    });
    const [[name, , level]] = diagnosticsOf(await call("analyze", request));
    deepEqual([name, level], ["lambda-runtime-supported", ADVISORY]);
  });
});
