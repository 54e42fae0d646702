import { deepEqual, equal, match, throws } from "node:assert/strict";
import { bundle } from "../../infra/function.ts";
import { evaluateStack } from "./support/evaluate.ts";

const lambda = "aws:lambda/function:Function";

describe("the function of a handler", () => {
  it("is the tutorial's DemoAppLambda on a runtime that Lambda still creates, on arm64, with JSON logs and traces", async () => {
    const stack = await evaluateStack("dev");
    const { code, ...inputs } = stack.one(lambda).inputs;
    deepEqual(inputs, {
      name: "DemoAppLambda",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      role: "arn:aws:iam::123456789012:role/transactions-role-1a2b3c4",
      memorySize: 256,
      timeout: 10,
      environment: { variables: { CLIENT_ID: "users-client-id" } },
      tracingConfig: { mode: "Active" },
      loggingConfig: {
        logFormat: "JSON",
        logGroup: "transactions-logs-1a2b3c4",
        applicationLogLevel: "INFO",
        systemLogLevel: "WARN",
      },
    });
    deepEqual(Object.keys(code.assets), ["index.mjs"]);
  });

  it("has no fixed name in prod, so that two stacks fit into one account", async () => {
    const stack = await evaluateStack("prod");
    const named = stack.resources.filter(
      ({ type, inputs }) => "name" in inputs && type !== "aws:cognito/resourceServer:ResourceServer",
    );
    deepEqual(
      named.map((resource) => `${resource.type} ${resource.inputs.name}`),
      ["aws:cloudwatch/logGroup:LogGroup API-Gateway-Execution-Logs_a1b2c3d4e5/v1"],
    );
  });

  it("may be run by Lambda only, and may write its own log and traces only", async () => {
    const stack = await evaluateStack("prod");
    deepEqual(JSON.parse(stack.one("aws:iam/role:Role").inputs.assumeRolePolicy), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    deepEqual(JSON.parse(stack.one("aws:iam/rolePolicy:RolePolicy").inputs.policy), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: "arn:aws:logs:us-east-1:123456789012:log-group:transactions-logs-1a2b3c4:*",
        },
        { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
      ],
    });
  });

  it("is made when its role may write the log, so that its first run leaves a trace", async () => {
    const stack = await evaluateStack("dev");
    equal(stack.one(lambda).dependencies.includes(stack.one("aws:iam/rolePolicy:RolePolicy").urn), true);
  });

  it("takes its share of concurrency only when the stack gives one", async () => {
    equal("reservedConcurrentExecutions" in (await evaluateStack("prod")).one(lambda).inputs, false);
    const stack = await evaluateStack("prod", { functionReservedConcurrency: 25 });
    equal(stack.one(lambda).inputs.reservedConcurrentExecutions, 25);
  });

  it("learns the one origin whose pages may read its answers", async () => {
    const stack = await evaluateStack("dev", { allowedOrigin: "https://app.example.com" });
    equal(stack.one(lambda).inputs.environment.variables.ALLOWED_ORIGIN, "https://app.example.com");
  });

  it("is bundled into the same bytes every time, with no path of the machine in them", async () => {
    const code = await bundle("transactions", "nodejs24.x");
    equal(await bundle("transactions", "nodejs24.x"), code);
    match(code, /export \{\s*handler\s*\};/);
    equal(code.includes(process.cwd()), false);
  });

  it("says which file is missing when a route names a handler that is not there", () => {
    throws(() => bundle("orders", "nodejs24.x"), {
      message:
        "infra/routes.ts names the handler orders, but there is no handlers/orders.ts; add the file, or fix the route.",
    });
  });
});
