import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Evaluation, evaluateStack } from "./support/evaluate.ts";

const types = {
  api: "aws:apigateway/restApi:RestApi",
  put: "aws:apigateway/restApiPut:RestApiPut",
  deployment: "aws:apigateway/deployment:Deployment",
  stage: "aws:apigateway/stage:Stage",
  methodSettings: "aws:apigateway/methodSettings:MethodSettings",
  account: "aws:apigateway/account:Account",
  permission: "aws:lambda/permission:Permission",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  key: "aws:kms/key:Key",
};

const hashOf = (stack: Evaluation) => stack.one(types.deployment).inputs.triggers.definition;
const named = (stack: Evaluation, name: string) => stack.resources.find((resource) => resource.name === name)!;

for (const [stackName, expected] of [
  ["dev", { name: "DemoAPI", stage: "Test", rate: 10, burst: 20, retention: 14 }],
  ["prod", { name: undefined, stage: "v1", rate: 50, burst: 100, retention: 365 }],
] as const) {
  describe(`the API of stack ${stackName}`, () => {
    let stack: Evaluation;
    before(async () => {
      stack = await evaluateStack(stackName, { apiLogs: "external" });
    });

    it("is regional, takes TLS 1.3 only and only for its own host name", () => {
      deepEqual(stack.one(types.api).inputs, {
        ...(expected.name && { name: expected.name }),
        endpointConfiguration: { types: "REGIONAL" },
        securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09",
        endpointAccessMode: "STRICT",
      });
    });

    it("is defined by one document that keeps its name and its TLS policy, which an import would take back", () => {
      const { restApiId, body } = stack.one(types.put).inputs;
      const document = JSON.parse(body);
      equal(restApiId, "a1b2c3d4e5");
      deepEqual(Object.keys(document.paths), ["/transactions"]);
      equal(document.info.title, stack.one(types.api).outputs.name);
      deepEqual(
        [document["x-amazon-apigateway-security-policy"], document["x-amazon-apigateway-endpoint-access-mode"]],
        ["SecurityPolicy_TLS13_1_3_2025_09", "STRICT"],
      );
    });

    it("lets only its own method run the function", () => {
      deepEqual(stack.one(types.permission).inputs, {
        action: "lambda:InvokeFunction",
        principal: "apigateway.amazonaws.com",
        function: stackName === "dev" ? "DemoAppLambda" : "transactions-function-1a2b3c4",
        sourceArn: "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/*/GET/transactions",
      });
    });

    it("deploys the hash of exactly the definition it imports", () => {
      equal(hashOf(stack), createHash("sha256").update(stack.one(types.put).inputs.body).digest("hex"));
    });

    it("keeps the old deployment until the stage points to the new one", () => {
      equal(stack.one(types.deployment).deleteBeforeReplace, false);
      deepEqual(stack.one(types.stage).propertyDependencies.deployment, [stack.one(types.deployment).urn]);
    });

    it("opens the stage only when API Gateway may run the function", () => {
      equal(stack.one(types.stage).dependencies.includes(stack.one(types.permission).urn), true);
    });

    it("traces, counts and throttles every method, logs errors, and never logs requests with their tokens", () => {
      const { accessLogSettings, ...inputs } = stack.one(types.stage).inputs;
      deepEqual(inputs, {
        restApi: "a1b2c3d4e5",
        deployment: "api-deployment-id",
        stageName: expected.stage,
        xrayTracingEnabled: true,
      });
      deepEqual(stack.one(types.methodSettings).inputs, {
        restApi: "a1b2c3d4e5",
        stageName: expected.stage,
        methodPath: "*/*",
        settings: {
          metricsEnabled: true,
          loggingLevel: "ERROR",
          dataTraceEnabled: false,
          throttlingRateLimit: expected.rate,
          throttlingBurstLimit: expected.burst,
        },
      });
      equal(accessLogSettings.destinationArn, "arn:aws:logs:us-east-1:123456789012:log-group:api-access-1a2b3c4");
    });

    it("writes one JSON line for each request, without a token or an e-mail address", () => {
      const format = JSON.parse(stack.one(types.stage).inputs.accessLogSettings.format);
      deepEqual(Object.keys(format), [
        ...["requestId", "extendedRequestId", "requestTime", "httpMethod", "resourcePath", "status"],
        ...["responseLatency", "integrationLatency", "integrationStatus", "tlsVersion", "cipherSuite", "xrayTraceId"],
        ...["sourceIp", "userAgent", "sub", "authorizerError", "authorizeError", "errorMessage", "errorResponseType"],
      ]);
      const variables = Object.values(format).join(" ");
      match(variables, /\$context\.authorizer\.claims\.sub/);
      equal(/email|authorization\b|header/i.test(variables), false);
    });

    it("makes API Gateway's own log group before API Gateway would, with an end to what it keeps", () => {
      const group = named(stack, "api-execution");
      deepEqual(group.inputs, {
        name: `API-Gateway-Execution-Logs_a1b2c3d4e5/${expected.stage}`,
        retentionInDays: expected.retention,
      });
      equal(stack.one(types.methodSettings).dependencies.includes(group.urn), true);
    });

    it("keeps every log for a set time", () => {
      deepEqual(
        stack
          .all(types.logGroup)
          .map((group) => [group.name, group.inputs.retentionInDays])
          .sort(),
        [
          ["api-access", expected.retention],
          ["api-execution", expected.retention],
          ["transactions-logs", expected.retention],
        ],
      );
    });
  });
}

describe("the API", () => {
  it("is deployed anew when an integration changes, and not when nothing changes", async () => {
    const before = hashOf(await evaluateStack("dev"));
    equal(hashOf(await evaluateStack("dev")), before);
    notEqual(hashOf(await evaluateStack("dev", { functionNames: { transactions: "AnotherLambda" } })), before);
    notEqual(hashOf(await evaluateStack("dev", { functionTimeoutSeconds: 9 })), before);
    notEqual(hashOf(await evaluateStack("dev", { allowedOrigin: "https://app.example.com" })), before);
    notEqual(hashOf(await evaluateStack("dev", { flow: "code", tokenUse: "access" })), before);
  });

  it("is not deployed anew by what is no part of it", async () => {
    const before = hashOf(await evaluateStack("dev"));
    equal(
      hashOf(await evaluateStack("dev", { throttlingRate: 11, logRetentionDays: 30, functionMemoryMb: 512 })),
      before,
    );
  });

  it("sets the account's logging role before it logs, and leaves it to the account when the stack goes", async () => {
    const stack = await evaluateStack("dev", { apiLogs: "managed" });
    const account = stack.one(types.account);
    equal(account.inputs.cloudwatchRoleArn, "arn:aws:iam::123456789012:role/apigateway-push-to-cloudwatch-logs");
    deepEqual(
      ["api-account", "api-account-role", "api-account-policy"].map((name) => named(stack, name).retainOnDelete),
      [true, true, true],
    );
    for (const type of [types.stage, types.methodSettings]) {
      equal(stack.one(type).dependencies.includes(account.urn), true);
    }
  });

  it("adopts the logging role that an earlier stack left behind, so that an account has one", async () => {
    const role = async (...roles: string[]) =>
      named(await evaluateStack("dev", { apiLogs: "managed" }, { roles }), "api-account-role");
    equal((await role("another", "apigateway-push-to-cloudwatch-logs-2")).import, "");
    const adopted = await role("another", "apigateway-push-to-cloudwatch-logs");
    equal(adopted.import, "apigateway-push-to-cloudwatch-logs");
    equal(adopted.inputs.name, "apigateway-push-to-cloudwatch-logs");
    deepEqual(adopted.ignoreChanges, ["tags", "tagsAll"]);
  });

  for (const [partition, region] of [
    ["aws-cn", "cn-north-1"],
    ["aws-us-gov", "us-gov-west-1"],
  ] as const) {
    it(`names everything in ${partition} by that partition's ARNs`, async () => {
      const everything = {
        apiLogs: "managed",
        firewall: true,
        monitoring: true,
        userPoolLogs: true,
        encryptionKey: "managed",
      };
      const stack = await evaluateStack("dev", everything, { partition, region });
      const foreign = stack.resources.filter(({ inputs }) => JSON.stringify(inputs).includes("arn:aws:"));
      deepEqual(
        foreign.map(({ name }) => name),
        [],
      );
      const { Statement } = JSON.parse(stack.one(types.key).inputs.policy);
      const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
      deepEqual(Statement[1].Principal, { Service: `logs.${region}.${suffix}` });
    });
  }

  it("leaves the account's logging role alone unless asked for it, in dev without logging at all", async () => {
    for (const name of ["dev", "prod"]) {
      const stack = await evaluateStack(name);
      deepEqual([stack.all(types.account).length, stack.resources.filter((one) => one.retainOnDelete).length], [0, 0]);
    }
    const dev = await evaluateStack("dev");
    equal("accessLogSettings" in dev.one(types.stage).inputs, false);
    equal(dev.one(types.methodSettings).inputs.settings.loggingLevel, "OFF");
    deepEqual(
      dev.all(types.logGroup).map(({ name }) => name),
      ["transactions-logs"],
    );
  });

  it("is open when the stack asks for it, and says so at every preview; otherwise never", async () => {
    const stack = await evaluateStack("dev", { authorization: "none" });
    const { components, paths } = JSON.parse(stack.one(types.put).inputs.body);
    deepEqual([components, paths["/transactions"].get.security], [undefined, []]);
    deepEqual(stack.warnings, ["api is open: its authorization is none, so everybody can call every route of it."]);
    equal(stack.one("aws:lambda/function:Function").inputs.environment.variables.AUTHORIZATION, "none");
    const closed = await evaluateStack("dev");
    deepEqual(closed.warnings, []);
    equal("AUTHORIZATION" in closed.one("aws:lambda/function:Function").inputs.environment.variables, false);
    notEqual(hashOf(stack), hashOf(closed));
  });

  it("falls back to TLS 1.2 and the basic access mode when the stack asks for it", async () => {
    const { inputs } = (await evaluateStack("dev", { minimumTls: "1.2", endpointAccessMode: "BASIC" })).one(types.api);
    deepEqual([inputs.securityPolicy, inputs.endpointAccessMode], ["SecurityPolicy_TLS13_1_2_PQ_2025_09", "BASIC"]);
  });

  it("encrypts its logs with a key of the stack that rotates and that only CloudWatch may use", async () => {
    const stack = await evaluateStack("prod", { encryptionKey: "managed" });
    const { policy, ...inputs } = stack.one(types.key).inputs;
    deepEqual(inputs, {
      description: "Logs and alarms of demo-auth prod",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    });
    deepEqual(
      JSON.parse(policy).Statement.map((statement: { Sid: string; Principal: unknown; Condition?: unknown }) => [
        statement.Sid,
        statement.Principal,
        statement.Condition,
      ]),
      [
        ["AccountDecides", { AWS: "arn:aws:iam::123456789012:root" }, undefined],
        [
          "Logs",
          { Service: "logs.us-east-1.amazonaws.com" },
          {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:*",
            },
          },
        ],
        ["Alarms", { Service: "cloudwatch.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": "123456789012" } }],
      ],
    );
    const keyArn = "arn:aws:kms:us-east-1:123456789012:key/logs-key-id";
    deepEqual(
      stack.all(types.logGroup).map((group) => group.inputs.kmsKeyId),
      [keyArn, keyArn, keyArn],
    );
  });

  it("encrypts its logs with a key that the stack names, and protects them from deletion when asked", async () => {
    const encryptionKey = "arn:aws:kms:us-east-1:123456789012:key/0b7c-11";
    const stack = await evaluateStack("prod", { encryptionKey, logDeletionProtection: true });
    equal(stack.all(types.key).length, 0);
    for (const { inputs } of stack.all(types.logGroup)) {
      deepEqual([inputs.kmsKeyId, inputs.deletionProtectionEnabled], [encryptionKey, true]);
    }
  });
});
