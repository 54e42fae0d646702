import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ProgramError } from "../../local/engine/problems.ts";
import { readProject } from "../../local/engine/project.ts";
import { runProgram } from "../../local/engine/run-program.ts";
import { awsProvider, buildModel } from "../../local/resources/aws.ts";
import { evaluateStack, stackFile } from "./support/evaluate.ts";

const projectDirectory = new URL("../..", import.meta.url).pathname;
const outputNames = [
  ...["apiUrl", "callbackUrls", "clientId", "flow", "hostedUiUrl", "issuer", "logoutUrls", "region", "routes"],
  ...["scopes", "tokenUse", "userPoolId"],
];

describe("the outputs of a stack", () => {
  it("of dev are what the command line needs to sign in as the tutorial does", async () => {
    const { outputs } = await evaluateStack("dev");
    deepEqual(Object.keys(outputs).sort(), outputNames);
    const { callbackUrls, logoutUrls, hostedUiUrl, ...rest } = outputs;
    deepEqual(rest, {
      region: "us-east-1",
      userPoolId: "us-east-1_Ab1Cd2Ef3",
      clientId: "users-client-id",
      issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1Cd2Ef3",
      apiUrl: "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/Test",
      flow: "implicit",
      tokenUse: "id",
      scopes: ["openid", "email"],
      routes: ["GET /transactions"],
    });
    match(hostedUiUrl, /^https:\/\/demo-auth-dev-[0-9a-f]{8}\.auth\.us-east-1\.amazoncognito\.com$/);
    equal(callbackUrls.length, 10);
    equal(callbackUrls[0], "http://localhost:47810/callback");
    equal(logoutUrls[9], "http://127.0.0.1:47814/logout");
  });

  it("of prod tell of the code flow and the API's scope", async () => {
    const { outputs } = await evaluateStack("prod");
    deepEqual(Object.keys(outputs).sort(), outputNames);
    deepEqual(
      [outputs.flow, outputs.tokenUse, outputs.scopes],
      ["code", "access", ["openid", "email", "transactions/read"]],
    );
    equal(outputs.apiUrl, "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/v1");
  });
});

describe("the tags of a stack", () => {
  for (const stack of ["dev", "prod"]) {
    it(`say of everything in ${stack} what it belongs to and what made it`, () => {
      const { tags } = JSON.parse(stackFile(stack)["aws:defaultTags"] ?? "{}");
      deepEqual(tags, { project: "demo-auth", stack, "managed-by": "pulumi" });
    });
  }
});

describe("the program under the local engine", function () {
  this.timeout(60_000);

  for (const [stack, authorization] of [
    ["dev", { scopes: [], pinned: true, stage: "Test" }],
    ["prod", { scopes: ["transactions/read"], pinned: false, stage: "v1" }],
  ] as const) {
    it(`declares stack ${stack} as one pool, one protected route and one function`, async () => {
      const project = readProject(projectDirectory, stack, {});
      const { graph } = await runProgram({ project, provider: awsProvider("us-east-1"), environment: process.env });
      const { model } = buildModel(graph, "us-east-1", () => "/nowhere");
      const [pool] = model.userPools;
      const [api] = model.restApis;
      deepEqual([model.userPools.length, model.restApis.length, model.functions.length], [1, 1, 1]);
      equal(pool?.clients[0]?.branded, true);
      const methods = api?.resources.flatMap(({ path, methods }) =>
        methods.map(({ httpMethod, authorization, authorizationScopes, integration }) => ({
          route: `${httpMethod} ${path}`,
          authorization,
          authorizationScopes,
          functionArn: integration?.functionArn,
        })),
      );
      deepEqual(methods, [
        {
          route: "GET /transactions",
          authorization: "COGNITO_USER_POOLS",
          authorizationScopes: authorization.scopes,
          functionArn: model.functions[0]?.arn,
        },
      ]);
      deepEqual(api?.authorizers[0]?.providerArns, [pool?.arn]);
      equal(
        api?.authorizers[0]?.identityValidationExpression,
        authorization.pinned ? `^${pool?.clients[0]?.id}$` : undefined,
      );
      equal(api?.stages[0]?.name, authorization.stage);
      deepEqual(Object.keys(graph.outputs).sort(), outputNames);
    });
  }
});

describe("the program with a stack file that cannot be deployed", function () {
  this.timeout(60_000);

  it("says all its faults where Pulumi shows errors, without a stack trace, and registers nothing", async () => {
    const project = readProject(projectDirectory, "dev", {});
    project.config["demo-auth:mfa"] = "sometimes";
    project.config["demo-auth:tier"] = "LITE";
    await rejects(
      runProgram({ project, provider: awsProvider("us-east-1"), environment: process.env }),
      (error: unknown) => {
        equal(error instanceof ProgramError, true);
        deepEqual(
          (error as ProgramError).diagnostics.map(({ message }) => message.trim()),
          [
            [
              "The configuration of stack dev (Pulumi.dev.yaml) has 2 faults:",
              '  - demo-auth:mfa is "sometimes"; use one of off, optional, on.',
              "  - demo-auth:hostedUi is managed, which the LITE plan does not have; set demo-auth:hostedUi to classic, or demo-auth:tier to ESSENTIALS.",
            ].join("\n"),
          ],
        );
        return true;
      },
    );
  });
});

describe("the program under an older Node.js", function () {
  this.timeout(60_000);

  it("says which Node.js it needs and how to get it, where a pulumi on the PATH has found another", async () => {
    const start = new URL("../../infra/start.js", import.meta.url).href;
    const script = `
      Object.defineProperty(process.versions, "node", { value: "20.19.4" });
      const { default: program } = await import(${JSON.stringify(start)});
      await program().catch((error) => process.stdout.write(error.message));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    deepEqual(stdout.split("\n"), [
      "This program needs Node.js 24 or newer, but the node on your PATH, which pulumi takes, is 20.19.4.",
      "Run `npm ci` and then `npx pulumi` in place of `pulumi`, which brings its own; or install Node.js 24: https://nodejs.org",
    ]);
  });
});

describe("the program without an audit trail", function () {
  this.timeout(60_000);

  it("does not load @pulumi/awsx", async () => {
    // A process of its own: what other tests loaded must not count.
    const script = `
      const { evaluateStack } = await import(${JSON.stringify(new URL("./support/evaluate.ts", import.meta.url).href)});
      const { createRequire } = await import("node:module");
      await evaluateStack(process.argv[1], JSON.parse(process.argv[2]));
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes("/@pulumi/awsx/"));
      process.stdout.write(String(loaded.length > 0));`;
    const loads = async (stack: string, config: object) => {
      const options = ["--input-type=module", "-e", script, stack, JSON.stringify(config)];
      return (await promisify(execFile)(process.execPath, options)).stdout;
    };
    equal(await loads("dev", {}), "false");
    equal(await loads("prod", { auditTrail: false }), "false");
    equal(await loads("prod", {}), "true");
  });
});
