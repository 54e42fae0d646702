import { deepEqual, equal } from "node:assert/strict";
import { readProject } from "../../local/engine/project.ts";
import { runProgram } from "../../local/engine/run-program.ts";
import { awsProvider, buildModel } from "../../local/resources/aws.ts";
import { configText, type Evaluation, evaluateStack, type Wire } from "./support/evaluate.ts";

const types = {
  webAcl: "aws:wafv2/webAcl:WebAcl",
  association: "aws:wafv2/webAclAssociation:WebAclAssociation",
  firewallLogging: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  dashboard: "aws:cloudwatch/dashboard:Dashboard",
  topic: "aws:sns/topic:Topic",
  subscription: "aws:sns/topicSubscription:TopicSubscription",
  trail: "awsx:cloudtrail:Trail",
};

describe("what is optional", function () {
  this.timeout(60_000);

  it("costs nothing until it is asked for: dev has none of it, prod's stack file asks for the audit trail", async () => {
    for (const [name, expected] of [
      ["dev", []],
      ["prod", [types.trail]],
    ] as const) {
      const stack = await evaluateStack(name);
      const optional = stack.resources.filter(({ type }) =>
        /wafv2|metricAlarm|dashboard|sns|awsx|kms|logDelivery/.test(type),
      );
      deepEqual(
        optional.map(({ type }) => type),
        expected,
      );
    }
  });

  it("is previewed with the rest before a first deployment, when nothing has an id yet", async () => {
    const everything = {
      ...{ firewall: true, monitoring: true, auditTrail: true, userPoolLogs: true },
      ...{ encryptionKey: "managed", allowedOrigin: "https://app.example.com" },
    };
    const names = (stack: Evaluation) => stack.resources.map(({ type, name }) => `${type} ${name}`).sort();
    for (const name of ["dev", "prod"]) {
      const previewed = await evaluateStack(name, everything, { preview: true });
      deepEqual(names(previewed), names(await evaluateStack(name, everything)));
    }
  });

  it("is declared by the whole program under the local engine, which lists it as not emulated", async () => {
    const project = readProject(new URL("../..", import.meta.url).pathname, "prod", {});
    for (const key of ["firewall", "monitoring", "userPoolLogs"]) {
      project.config[`demo-auth:${key}`] = configText(true);
    }
    const { graph } = await runProgram({ project, provider: awsProvider("us-east-1"), environment: process.env });
    const { unserved } = buildModel(graph, "us-east-1", () => "/nowhere");
    const listed = new Set(unserved.map(({ type }) => type));
    for (const type of [types.webAcl, types.association, types.alarm, types.dashboard, types.topic]) {
      equal(listed.has(type), true, type);
    }
  });
});

describe("the firewall", () => {
  let stack: Evaluation;
  before(async () => {
    stack = await evaluateStack("prod", { firewall: true, firewallRateLimit: 500 });
  });

  it("stands before the API's stage and before the user pool", () => {
    deepEqual(
      stack
        .all(types.association)
        .map(({ inputs }) => inputs.resourceArn)
        .sort(),
      [
        "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5/stages/v1",
        "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1Cd2Ef3",
      ],
    );
  });

  it("blocks an address that asks too often and what AWS's lists know, in this order", () => {
    const { scope, defaultAction, rules } = stack.one(types.webAcl).inputs;
    deepEqual([scope, defaultAction], ["REGIONAL", { allow: {} }]);
    deepEqual(
      rules.map((rule: Wire) => [rule.priority, rule.name, rule.action ?? rule.overrideAction]),
      [
        [0, "RateOfOneAddress", { block: {} }],
        [1, "AWSManagedRulesAmazonIpReputationList", { none: {} }],
        [2, "AWSManagedRulesCommonRuleSet", { none: {} }],
        [3, "AWSManagedRulesKnownBadInputsRuleSet", { none: {} }],
      ],
    );
    deepEqual(rules[0].statement.rateBasedStatement, { limit: 500, aggregateKeyType: "IP", evaluationWindowSec: 300 });
  });

  it("lets a sign-in and a code's exchange pass whose callback is on the loopback", () => {
    const { ruleActionOverrides } = stack.one(types.webAcl).inputs.rules[2].statement.managedRuleGroupStatement;
    deepEqual(
      ruleActionOverrides.map((override: Wire) => [override.name, override.actionToUse]),
      [
        ["EC2MetaDataSSRF_QUERYARGUMENTS", { count: {} }],
        ["EC2MetaDataSSRF_BODY", { count: {} }],
        ["GenericRFI_QUERYARGUMENTS", { count: {} }],
        ["GenericRFI_BODY", { count: {} }],
      ],
    );
  });

  it("logs what it blocked, never a token or a session cookie", () => {
    const { redactedFields, logDestinationConfigs } = stack.one(types.firewallLogging).inputs;
    deepEqual(redactedFields, [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }]);
    deepEqual(logDestinationConfigs, ["arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-demo-auth-prod"]);
    const { rules, visibilityConfig } = stack.one(types.webAcl).inputs;
    for (const one of [{ visibilityConfig }, ...rules]) equal(one.visibilityConfig.sampledRequestsEnabled, false);
  });
});

describe("monitoring", () => {
  let stack: Evaluation;
  before(async () => {
    stack = await evaluateStack("prod", { monitoring: true, alarmEmail: "ops@example.com", encryptionKey: "managed" });
  });

  it("alarms on errors, latency and unusual refusals of the API, and on errors and throttles of its function", () => {
    const summary = stack
      .all(types.alarm)
      .map(({ name, inputs }) => [
        name,
        inputs.metricName ??
          inputs.metricQueries.map((query: Wire) => query.metric?.metricName ?? query.expression).join(),
        inputs.threshold ?? inputs.comparisonOperator,
      ]);
    deepEqual(summary.sort(), [
      ["monitoring-api-errors", "5XXError", 1],
      ["monitoring-api-latency", "Latency", 2000],
      ["monitoring-api-refusals", "4XXError,ANOMALY_DETECTION_BAND(refusals, 3)", "GreaterThanUpperThreshold"],
      ["monitoring-transactions-errors", "Errors", 1],
      ["monitoring-transactions-throttles", "Throttles", 1],
    ]);
  });

  it("watches this stack's stage and function, and tells the topic when it is bad and when it is good again", () => {
    const topic = "arn:aws:mock:us-east-1:123456789012:monitoring-alarms-id";
    for (const { inputs } of stack.all(types.alarm)) {
      deepEqual([inputs.alarmActions, inputs.okActions, inputs.treatMissingData], [[topic], [topic], "notBreaching"]);
      const dimensions = inputs.dimensions ?? inputs.metricQueries[0].metric.dimensions;
      deepEqual(
        dimensions,
        "FunctionName" in dimensions
          ? { FunctionName: "transactions-function-1a2b3c4" }
          : { ApiName: "api-rest-1a2b3c4", Stage: "v1" },
      );
    }
    deepEqual(stack.one(types.subscription).inputs, { topic, protocol: "email", endpoint: "ops@example.com" });
  });

  it("encrypts alarms with the stack's key", () => {
    equal(stack.one(types.topic).inputs.kmsMasterKeyId, "arn:aws:kms:us-east-1:123456789012:key/logs-key-id");
  });

  it("shows requests, latency, functions and sign-ins side by side", () => {
    const { dashboardName, dashboardBody } = stack.one(types.dashboard).inputs;
    equal(dashboardName, "demo-auth-prod");
    const { widgets } = JSON.parse(dashboardBody);
    deepEqual(
      widgets.map(({ x, y, properties }: Wire) => [x, y, properties.title, properties.region]),
      [
        [0, 0, "Requests and refusals", "us-east-1"],
        [12, 0, "Latency", "us-east-1"],
        [0, 6, "Functions", "us-east-1"],
        [12, 6, "Sign-in", "us-east-1"],
      ],
    );
    deepEqual(widgets[3].properties.metrics[1], [
      ...["AWS/Cognito", "SignInSuccesses", "UserPool", "us-east-1_Ab1Cd2Ef3", "UserPoolClient", "users-client-id"],
      { stat: "Sum" },
    ]);
  });
});

describe("the audit trail", () => {
  it("validates its files and outlives the stack: its bucket is not emptied to be deleted", async () => {
    const stack = await evaluateStack("prod", { auditTrail: true, auditTrailRetentionDays: 400 });
    deepEqual(stack.one(types.trail).inputs, {
      enableLogFileValidation: true,
      includeGlobalServiceEvents: true,
      isMultiRegionTrail: false,
      s3Bucket: {
        args: {
          forceDestroy: false,
          serverSideEncryptionConfiguration: {
            rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
          },
          lifecycleRules: [{ enabled: true, expiration: { days: 400 } }],
        },
      },
    });
  });
});
