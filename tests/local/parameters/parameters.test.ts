/** Parameters and secrets that a program declares, read by its functions and by the AWS SDK. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  type GetParametersByPathCommandInput,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { CloudEvent } from "../../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { signedHeaders } from "../../support/signed-request.ts";
import { temporaryDirectory, temporaryProject } from "../../support/temporary.ts";

const SECRETS = /plain-parameter-value|(?:first|second|guarded)-secret-value/;

interface Outputs {
  url: string;
  passwordValue: string;
  secretValue: string;
  secret: { arn: string; empty: string; bytes: string; versions: string[] };
  parameter: { arn: string; version: number; tier: string; elsewhere: string };
}

describe("parameters and secrets", function () {
  this.timeout(60_000);

  let cloud: LocalCloud;
  let ssm: SSMClient;
  let secrets: SecretsManagerClient;
  let outputs: Outputs;
  const stateDirectory = temporaryDirectory();
  const events: CloudEvent[] = [];
  before(async () => {
    cloud = await startLocalCloud({
      projectDirectory: join(repository, "tests/fixtures/parameters"),
      ...{ stack: "dev", port: 0, stateDirectory, environment: process.env },
      onEvent: (event) => events.push(event),
    });
    outputs = cloud.ready.outputs as unknown as Outputs;
    const { console: endpoint, credentials } = cloud.ready;
    const options = { region: "us-east-1", endpoint, credentials: credentials!, maxAttempts: 1 };
    ssm = new SSMClient(options);
    secrets = new SecretsManagerClient(options);
  });
  after(() => cloud?.close());

  /** A request as it goes over the wire, signed for `service` unless that is `undefined`. */
  async function ask(target: string, request: unknown, service: string | undefined, more: Record<string, string> = {}) {
    const body = JSON.stringify(request);
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target, ...more };
    const signing = { ...cloud.ready.credentials!, host: new URL(cloud.ready.console).host, service: service ?? "" };
    const sent = service ? await signedHeaders({ method: "POST", path: "/", headers, body }, signing) : headers;
    const response = await fetch(cloud.ready.console, { method: "POST", headers: sent, body });
    return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
  }
  const parameter = async (Name: string, WithDecryption?: boolean) =>
    (await ssm.send(new GetParameterCommand({ Name, ...(WithDecryption !== undefined && { WithDecryption }) })))
      .Parameter!;
  const secret = (SecretId: string, more: { VersionId?: string; VersionStage?: string } = {}) =>
    secrets.send(new GetSecretValueCommand({ SecretId, ...more }));

  it("[H.1] are read by a function of the program, with the SDK as it is", async () => {
    const answered = await fetch(outputs.url);
    assert.deepEqual(await answered.json(), {
      parameter: "plain-parameter-value".length,
      secret: "second-secret-value".length,
    });
  });

  it("[H.1] have the outputs of AWS, those with values marked as secrets", () => {
    assert.equal(outputs.passwordValue, "[secret]");
    assert.equal(outputs.secretValue, "[secret]");
    assert.deepEqual(outputs.parameter, {
      arn: "arn:aws:ssm:us-east-1:123456789012:parameter/app/db/password",
      version: 1,
      tier: "Standard",
      elsewhere: "arn:aws:ssm:eu-central-1:123456789012:parameter/app/greeting",
    });
    assert.match(outputs.secret.arn, /^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/key-[A-Za-z0-9]{6}$/);
  });

  it("[H.2] answer GetParameter by name, ARN and version, with the region of the signature", async () => {
    const { LastModifiedDate, ...greeting } = await parameter("/app/greeting");
    assert.ok(LastModifiedDate! <= new Date());
    assert.deepEqual(greeting, {
      ARN: "arn:aws:ssm:us-east-1:123456789012:parameter/app/greeting",
      ...{ DataType: "text", Name: "/app/greeting", Type: "String", Value: "hello", Version: 1 },
    });
    assert.equal((await parameter(greeting.ARN!)).Name, "/app/greeting");
    const { Selector, Value } = await parameter("/app/greeting:1");
    assert.deepEqual([Selector, Value], [":1", "hello"]);
    // A name outside of a hierarchy goes by either.
    assert.deepEqual([(await parameter("plain")).Value, (await parameter("/plain")).Name], ["a,b", "/plain"]);
    const { console: endpoint, credentials } = cloud.ready;
    const german = new SSMClient({ region: "eu-central-1", endpoint, credentials: credentials! });
    const { Parameter } = await german.send(new GetParameterCommand({ Name: "/app/greeting" }));
    assert.equal(Parameter!.Value, "hallo");
  });

  it("[H.2] give a SecureString in clear only with WithDecryption", async () => {
    assert.equal((await parameter("/app/db/password", true)).Value, "plain-parameter-value");
    const opaque = (await parameter("/app/db/password")).Value!;
    assert.match(opaque, /^AQICAH[A-Za-z0-9+/]{100,}={0,2}$/);
    assert.equal((await parameter("/app/db/password", false)).Value, opaque);
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: "/app", Recursive: true }));
    assert.deepEqual(
      Parameters!.map(({ Value }) => Value),
      [opaque, "hello"],
    );
  });

  it("[H.2] answer GetParameters with those that there are not by name", async () => {
    const Names = ["/app/greeting", "nowhere", "/app/greeting:7", "plain"];
    const { Parameters, InvalidParameters } = await ssm.send(new GetParametersCommand({ Names }));
    assert.deepEqual(
      Parameters!.map(({ Value }) => Value),
      ["hello", "a,b"],
    );
    assert.deepEqual(InvalidParameters, ["nowhere", "/app/greeting:7"]);
    await assert.rejects(ssm.send(new GetParametersCommand({ Names: Array.from({ length: 11 }, (_, n) => `n${n}`) })), {
      name: "ValidationException",
    });
  });

  it("[H.2] answer GetParametersByPath one level deep or all the way, page by page", async () => {
    const names = async (input: GetParametersByPathCommandInput) => {
      const { Parameters, NextToken } = await ssm.send(new GetParametersByPathCommand(input));
      return { names: Parameters!.map(({ Name }) => Name), NextToken };
    };
    assert.deepEqual((await names({ Path: "/app" })).names, ["/app/greeting"]);
    assert.deepEqual((await names({ Path: "/app/", Recursive: true })).names, ["/app/db/password", "/app/greeting"]);
    assert.deepEqual((await names({ Path: "/ap" })).names, []);
    const first = await names({ Path: "/many" });
    assert.equal(first.names.length, 10);
    assert.deepEqual(await names({ Path: "/many", NextToken: first.NextToken }), {
      names: ["/many/9"],
      NextToken: undefined,
    });
    const few = await names({ Path: "/many", MaxResults: 2 });
    assert.deepEqual(few.names, ["/many/0", "/many/1"]);
    await assert.rejects(names({ Path: "/many", MaxResults: 11 }), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value '11' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10",
    });
    await assert.rejects(names({ Path: "/many", NextToken: "other" }), { name: "InvalidNextToken" });
    await assert.rejects(names({ Path: "many" }), { name: "ValidationException" });
    await assert.rejects(names({ Path: "/many", ParameterFilters: [{ Key: "Type", Values: ["String"] }] }), {
      name: "UnknownOperationException",
    });
  });

  it("[H.2] say in Parameter Store's form what is not there", async () => {
    // AWS says no more than the type; the log says what there is.
    assert.deepEqual(await ask("AmazonSSM.GetParameter", { Name: "/app/nothing" }, "ssm"), {
      ...{ status: 400, type: "application/x-amz-json-1.1", body: { __type: "ParameterNotFound" } },
    });
    const told = events.findLast((event) => event.kind === "aws-api")!;
    assert.match(
      told.reason,
      /^Parameter \/app\/nothing not found\. The program declares .*\/app\/greeting.* in us-east-1\.$/,
    );
    await assert.rejects(parameter("/app/greeting:2"), {
      name: "ParameterVersionNotFound",
      message: "Systems Manager could not find version 2 of /app/greeting. Verify the version and try again.",
    });
    for (const name of ["app/greeting", "/app//greeting"]) {
      await assert.rejects(parameter(name), {
        name: "ValidationException",
        message: /sub-paths divided by slash symbol/,
      });
    }
    assert.deepEqual((await ask("AmazonSSM.GetParameter", {}, "ssm")).body, {
      __type: "ValidationException",
      message:
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    });
    await assert.rejects(parameter("/aws/service/ami-amazon-linux-latest/al2023"), {
      name: "UnknownOperationException",
    });
  });

  it("[H.3] answer GetSecretValue by name, ARN and ARN without its last characters", async () => {
    const { arn, versions, bytes } = outputs.secret;
    for (const id of ["app/key", arn, arn.slice(0, -7)]) {
      const { $metadata, CreatedDate, ...value } = await secret(id);
      assert.ok(CreatedDate! <= new Date());
      assert.deepEqual(value, {
        ...{ ARN: arn, Name: "app/key", SecretString: "second-secret-value" },
        ...{ VersionId: versions[1], VersionStages: ["AWSCURRENT"] },
      });
    }
    assert.deepEqual((await secret("bytes-abc123")).SecretBinary, new Uint8Array([0, 1, 2]));
    // What looks like a whole ARN is taken for one.
    await assert.rejects(secret(bytes.slice(0, -7)), { name: "ResourceNotFoundException" });
  });

  it("[H.3] move the staging labels with each version", async () => {
    const [first, second] = outputs.secret.versions;
    const previous = await secret("app/key", { VersionStage: "AWSPREVIOUS" });
    assert.deepEqual([previous.SecretString, previous.VersionId], ["first-secret-value", first]);
    assert.equal((await secret("app/key", { VersionId: first! })).SecretString, "first-secret-value");
    const { $metadata, CreatedDate, LastChangedDate, ...described } = await secrets.send(
      new DescribeSecretCommand({ SecretId: "app/key" }),
    );
    for (const [stage, expected] of [
      ["AWSPREVIOUS", "one"],
      ["NEXT", "two"],
      ["AWSCURRENT", "three"],
      ["LAST", "three"],
    ])
      assert.equal((await secret("staged", { VersionStage: stage! })).SecretString, expected, stage);
    assert.deepEqual(described, {
      ...{ ARN: outputs.secret.arn, Description: "A key", Name: "app/key", Tags: [{ Key: "team", Value: "blue" }] },
      VersionIdsToStages: { [first!]: ["AWSPREVIOUS"], [second!]: ["AWSCURRENT"] },
    });
  });

  it("[H.3] say in Secrets Manager's words what is not there", async () => {
    assert.deepEqual(await ask("secretsmanager.GetSecretValue", { SecretId: "nothing" }, "secretsmanager"), {
      ...{ status: 400, type: "application/x-amz-json-1.1" },
      body: { __type: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret." },
    });
    const [first] = outputs.secret.versions;
    const none = "Secrets Manager can't find the specified secret value for";
    const refused: [Promise<unknown>, string, string][] = [
      [secret("empty"), "ResourceNotFoundException", `${none} staging label: AWSCURRENT`],
      [
        secret("bytes-abc123", { VersionStage: "AWSPREVIOUS" }),
        "ResourceNotFoundException",
        `${none} staging label: AWSPREVIOUS`,
      ],
      [
        secret("app/key", { VersionId: "0".repeat(36) }),
        "ResourceNotFoundException",
        `${none} VersionId: ${"0".repeat(36)}`,
      ],
      [
        secret("app/key", { VersionId: first!, VersionStage: "AWSCURRENT" }),
        "InvalidRequestException",
        "You provided a VersionStage that is not associated to the provided VersionId.",
      ],
    ];
    for (const [answer, name, message] of refused) await assert.rejects(answer, { name, message });
  });

  it("[H.4] are refused to whoever does not sign with this cloud's key, and to web pages", async () => {
    const unsigned = await ask("AmazonSSM.GetParameter", { Name: "/app/greeting" }, undefined);
    assert.deepEqual(
      [unsigned.status, unsigned.body],
      [400, { __type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" }],
    );
    // Signed for another service.
    const other = await ask("secretsmanager.GetSecretValue", { SecretId: "app/key" }, "ssm");
    assert.deepEqual([other.status, (other.body as { __type: string }).__type], [400, "InvalidSignatureException"]);
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wrong" };
    const stranger = new SSMClient({ region: "us-east-1", endpoint: cloud.ready.console, credentials });
    await assert.rejects(stranger.send(new GetParameterCommand({ Name: "/app/greeting" })), {
      name: "UnrecognizedClientException",
    });
    const page = await ask("AmazonSSM.GetParameter", { Name: "/app/greeting" }, "ssm", { origin: cloud.ready.console });
    assert.equal(page.status, 403);
  });

  it("[H.4] of a secret with a resource policy no value is read", async () => {
    for (const name of ["guarded", "barred"])
      await assert.rejects(secret(name), { name: "AccessDeniedException", message: /resource policy/ });
    const listed = cloud.ready.declaredNotEmulated.filter(({ name }) => name === "guarded");
    assert.deepEqual(
      listed.map(({ property, guards }) => [property, guards]),
      [["policy", true]],
    );
  });

  it("[H.4] are not changed here, and what is not served says so in a sentence", async () => {
    await assert.rejects(ssm.send(new PutParameterCommand({ Name: "/app/greeting", Value: "x", Overwrite: true })), {
      name: "UnknownOperationException",
      message:
        "PutParameter is not served by the local cloud: parameters are read here, and the program says what they are.",
    });
    assert.deepEqual(await ask("secretsmanager.PutSecretValue", { SecretId: "app/key" }, "secretsmanager"), {
      ...{ status: 400, type: "application/x-amz-json-1.1" },
      body: {
        __type: "UnknownOperationException",
        message:
          "PutSecretValue is not served by the local cloud: secrets are read here, and the program says what they are.",
      },
    });
    assert.equal((await parameter("/app/greeting")).Value, "hello");
  });

  it("[H.1] that only AWS could know are named at the start, and refused when they are read", async () => {
    assert.deepEqual(
      cloud.ready.declaredNotEmulated.filter(({ name }) => name === "unknown"),
      [
        {
          ...{ type: "aws:ssm/parameter:Parameter", name: "unknown", property: "value" },
          reason: "it has no value here, and reading it is refused: the program gives none, or one that only AWS knows",
        },
      ],
    );
    assert.deepEqual(
      cloud.ready.declaredNotEmulated.filter(({ name }) => name === "vague").map(({ property }) => property),
      ["description"],
    );
    const { Description, Tags } = await secrets.send(new DescribeSecretCommand({ SecretId: "vague" }));
    assert.deepEqual([Description, Tags], [undefined, [{ Key: "team", Value: "blue" }]]);
    await assert.rejects(parameter("/unknown"), { name: "ValidationException", message: /\/unknown has no value/ });
  });

  it("[H.4] show their values to nobody else: not in the ready document, the events, the console or the state", async () => {
    assert.equal(SECRETS.test("a guarded-secret-value"), true);
    const told = events.map((event) => JSON.stringify(event));
    assert.ok(told.length > 10);
    const pages = ["/", "/api/cloud", "/api/overview"].map(async (path) =>
      (await fetch(`${cloud.ready.console}${path}`)).text(),
    );
    for (const text of [JSON.stringify(cloud.ready), ...told, ...(await Promise.all(pages))])
      assert.doesNotMatch(text, SECRETS);
    const files = readdirSync(stateDirectory, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    assert.ok(files.length > 0);
    for (const file of files)
      assert.doesNotMatch(readFileSync(join(file.parentPath, file.name), "latin1"), SECRETS, file.name);
  });
});

describe("a function of a program", function () {
  this.timeout(60_000);

  const PROGRAM = `
const aws = require("@pulumi/aws");
const pulumi = require("@pulumi/pulumi");
DECLARED;
const role = new aws.iam.Role("r", { assumeRolePolicy: "{}" });
const code = "exports.handler = async () => Object.keys(process.env).filter((name) => name.startsWith('AWS_ENDPOINT_URL_S'));";
const fn = new aws.lambda.Function("f", {
  ...{ runtime: "nodejs24.x", handler: "index.handler", role: role.arn },
  code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(code) }),
});
new aws.lambda.Permission("u", { action: "lambda:InvokeFunctionUrl", function: fn.name, principal: "*", functionUrlAuthType: "NONE" });
new aws.lambda.Permission("i", { action: "lambda:InvokeFunction", function: fn.name, principal: "*", invokedViaFunctionUrl: true });
exports.url = new aws.lambda.FunctionUrl("u", { functionName: fn.name, authorizationType: "NONE" }).functionUrl;
`;
  const programs: [declared: string, names: string[]][] = [
    ["", []],
    [`new aws.ssm.Parameter("p", { type: "String", value: "v" })`, ["AWS_ENDPOINT_URL_SSM"]],
    [`new aws.secretsmanager.Secret("s")`, ["AWS_ENDPOINT_URL_SECRETS_MANAGER"]],
  ];
  for (const [declared, names] of programs) {
    it(`[H.1] has ${names[0] ?? "neither address"} with ${declared || "nothing of the two"}`, async () => {
      const cloud = await startLocalCloud({
        projectDirectory: temporaryProject({
          "Pulumi.yaml": "name: addresses\nruntime: { name: nodejs, options: { typescript: false } }\n",
          "package.json": '{ "main": "index.js" }',
          "index.js": PROGRAM.replace("DECLARED", declared),
        }),
        ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
      });
      try {
        assert.deepEqual(await (await fetch(String(cloud.ready.outputs.url))).json(), names);
      } finally {
        await cloud.close();
      }
    });
  }
});

describe("a parameter from one evaluation to the next", function () {
  this.timeout(60_000);

  it("[H.1] has the value of the last, and is gone when the program no longer declares it", async () => {
    const cloud = await startLocalCloud({
      projectDirectory: temporaryProject({
        "Pulumi.yaml": "name: changing\nruntime: { name: nodejs, options: { typescript: false } }\n",
        "package.json": '{ "main": "index.js" }',
        "index.js": `
const aws = require("@pulumi/aws");
const pulumi = require("@pulumi/pulumi");
const value = new pulumi.Config().get("value") ?? "before";
new aws.secretsmanager.Secret("stays");
if (value !== "gone") new aws.ssm.Parameter("p", { name: "/p", type: "String", value });
`,
      }),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
    });
    const { console: endpoint, credentials } = cloud.ready;
    const ssm = new SSMClient({ region: "us-east-1", endpoint, credentials: credentials!, maxAttempts: 1 });
    const value = async () => (await ssm.send(new GetParameterCommand({ Name: "/p" }))).Parameter!.Value;
    try {
      assert.equal(await value(), "before");
      await cloud.reload({ "changing:value": "after" });
      assert.equal(await value(), "after");
      await cloud.reload({ "changing:value": "gone" });
      await assert.rejects(value(), { name: "ParameterNotFound" });
    } finally {
      ssm.destroy();
      await cloud.close();
    }
  });
});
