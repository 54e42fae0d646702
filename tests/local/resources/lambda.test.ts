/** What the resources of AWS Lambda become, with their outputs as the provider has them. */
import assert from "node:assert/strict";
import { ProgramError } from "../../../local/engine/problems.ts";
import type { Asset } from "../../../local/engine/values.ts";
import { buildModel } from "../../../local/resources/aws.ts";
import { SdkTypes } from "../../../local/resources/sdk-types.ts";
import { UnknownOutputs } from "../../../local/resources/unknown-outputs.ts";
import { repository } from "../../support/shell.ts";
import { graphOf } from "./program.ts";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function";
const PATH = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions";

/** A program's text that declares a function `f`. */
const declareFunction = (inputs = "") =>
  `const f = new aws.lambda.Function("f", { name: "orders", runtime: "nodejs24.x", handler: "index.handler",
    role: "arn:aws:iam::123456789012:role/r", code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("//") }), ${inputs} });`;
const modelOf = async (program: string, options = {}) =>
  buildModel(await graphOf(program), "us-east-1", () => "/code", options);

describe("the resources of AWS Lambda", function () {
  this.timeout(30_000);

  it("give a published function a version, and an alias an ARN and an address of its own", async () => {
    const { outputs } = await graphOf(`${declareFunction("publish: true")}
      const live = new aws.lambda.Alias("live", { name: "live", functionName: f.name, functionVersion: f.version });
      exports.version = f.version; exports.qualified = f.qualifiedArn; exports.qualifiedInvoke = f.qualifiedInvokeArn;
      exports.arn = live.arn; exports.invokeArn = live.invokeArn; exports.stream = f.responseStreamingInvokeArn;`);
    assert.deepEqual(outputs, {
      version: "1",
      qualified: `${ARN}:orders:1`,
      qualifiedInvoke: `${PATH}/${ARN}:orders:1/invocations`,
      arn: `${ARN}:orders:live`,
      invokeArn: `${PATH}/${ARN}:orders:live/invocations`,
      stream: `arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/${ARN}:orders/response-streaming-invocations`,
    });
  });

  it("let a function be invoked by its version and its aliases, whichever way these name it", async () => {
    const { model } = await modelOf(`${declareFunction("publish: true")}
      new aws.lambda.Alias("a", { name: "by-name", functionName: f.name, functionVersion: f.version });
      new aws.lambda.Alias("b", { name: "by-arn", functionName: f.arn, functionVersion: "$LATEST" });`);
    assert.deepEqual(model.functions[0]!.qualifiers, { 1: "1", "by-name": "1", "by-arn": "$LATEST" });
  });

  it("let an alias give other versions a share of its invocations", async () => {
    const { model, unserved } = await modelOf(`${declareFunction("publish: true")}
      new aws.lambda.Alias("a", { name: "live", functionName: f.name, functionVersion: f.version,
        routingConfig: { additionalVersionWeights: { 2: 0.25 } } });`);
    assert.deepEqual(model.functions[0]!.shares, { live: { 2: 0.25 } });
    assert.deepEqual(
      unserved.filter(({ type }) => type.includes("alias")),
      [],
    );
  });

  it("keep the permissions of an alias apart from those of the function", async () => {
    const { model } = await modelOf(`${declareFunction()}
      const api = new aws.apigateway.RestApi("api");
      const live = new aws.lambda.Alias("live", { name: "live", functionName: f.name, functionVersion: f.version });
      const permit = (name, args) => new aws.lambda.Permission(name, { action: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com", ...args });
      permit("name", { function: f.name, sourceArn: "a" });
      permit("arn", { function: f.arn, sourceArn: "b" });
      permit("alias", { function: f.name, qualifier: live.name, sourceArn: "c" });
      permit("alias-arn", { function: live.arn, sourceArn: "d" });
      permit("partial", { function: "123456789012:function:orders:live", sourceArn: "e" });
      permit("cognito", { function: f.name, principal: "cognito-idp.amazonaws.com", sourceArn: "f" });`);
    const bySource = [...model.restApis[0]!.invokePermissions].sort((a, b) => (a.sourceArn! < b.sourceArn! ? -1 : 1));
    assert.deepEqual(bySource, [
      { functionArn: `${ARN}:orders`, sourceArn: "a" },
      { functionArn: `${ARN}:orders`, sourceArn: "b" },
      { functionArn: `${ARN}:orders:live`, sourceArn: "c" },
      { functionArn: `${ARN}:orders:live`, sourceArn: "d" },
      { functionArn: `${ARN}:orders:live`, sourceArn: "e" },
    ]);
    assert.equal(model.functionPermissions.length, 6);
  });

  it("take the action of a permission in any case, as IAM does", async () => {
    const { model } = await modelOf(`${declareFunction()}
      new aws.lambda.Permission("p", { action: "lambda:invokeFunction", principal: "apigateway.amazonaws.com", function: f.name });`);
    assert.equal(model.functionPermissions.length, 1);
  });

  it("take a permission for another action, account or organization as none", async () => {
    const { model } = await modelOf(`${declareFunction()}
      const api = new aws.apigateway.RestApi("api");
      const permit = (name, args) => new aws.lambda.Permission(name, { action: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com", function: f.name, ...args });
      permit("action", { action: "lambda:GetFunction" });
      permit("account", { sourceAccount: "210987654321" });
      permit("organization", { principalOrgId: "o-abcdefghij" });
      permit("url", { invokedViaFunctionUrl: true });`);
    assert.deepEqual([model.restApis[0]!.invokePermissions, model.functionPermissions], [[], []]);
  });

  it("run when they capture a resource of which only AWS knows something, and are listed with what that is", async () => {
    const program = `const broker = new aws.mq.Broker("jobs", { brokerName: "jobs", engineType: "RabbitMQ",
        engineVersion: "3.13", hostInstanceType: "mq.m5.large", users: [] });
      const nameOf = (one) => one.brokerName.get();
      new aws.lambda.CallbackFunction("f", { runtime: "nodejs24.x", callback: async () => nameOf(broker) });`;
    const graph = await graphOf(program, new SdkTypes(repository));
    const { model, unserved } = buildModel(graph, "us-east-1", () => "/code", {});
    assert.equal(model.functions.length, 1);
    const named = new UnknownOutputs(graph.notes!.unknownOutputs).describe(unserved);
    const [code, ...others] = named.filter(({ property }) => property === "code");
    assert.match(code!.reason!, /^a placeholder stands in it for \[known only on AWS: aws:mq\/broker:Broker jobs\./);
    assert.deepEqual(others, []);
  });

  it("run a retired runtime, with a warning that names function, runtime and fix", async () => {
    const { model, warnings } = await modelOf(declareFunction('runtime: "nodejs14.x"'));
    assert.equal(model.functions[0]!.runtime, "nodejs14.x");
    assert.deepEqual(warnings, [
      `The function "f" declares nodejs14.x, with which AWS creates no functions any more. It runs here on Node ${process.versions.node}; write runtime: "nodejs24.x". --strict refuses it.`,
    ]);
  });

  it("are named together in the warning of a retired runtime, the first few of many", async () => {
    const { warnings } = await modelOf(`for (const name of "abcdefg")
      new aws.lambda.Function(name, { runtime: "nodejs14.x", handler: "index.handler",
        role: "arn:aws:iam::123456789012:role/r", code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("//") }) });`);
    assert.deepEqual(warnings, [
      `The functions "a", "b", "c", "d", "e" and 2 more declare nodejs14.x, with which AWS creates no functions any more. They run here on Node ${process.versions.node}; write runtime: "nodejs24.x". --strict refuses them.`,
    ]);
  });

  it("are refused in AWS's words under --strict when the runtime is retired", async () => {
    await assert.rejects(
      modelOf(declareFunction('runtime: "nodejs20.x"'), { strict: true }),
      (error) =>
        error instanceof ProgramError &&
        error.message.includes("The runtime parameter of nodejs20.x is no longer supported for creating or updating"),
    );
  });

  it("name a wrapper script, which does not start a function here", async () => {
    const { unserved } = await modelOf(`
      new aws.lambda.Function("f", { runtime: "nodejs24.x", handler: "a.b", role: "arn:aws:iam::123456789012:role/r",
        code: new pulumi.asset.FileArchive("."), environment: { variables: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler" } } });`);
    assert.deepEqual(
      unserved.filter(({ name }) => name === "f").map(({ property, reason }) => [property, reason]),
      [["environment.variables.AWS_LAMBDA_EXEC_WRAPPER", "functions are started without their wrapper script"]],
    );
  });

  it("say why a function does not run here", async () => {
    const role = 'role: "arn:aws:iam::123456789012:role/r"';
    const code = 'code: new pulumi.asset.FileArchive(".")';
    const { model, unserved } = await modelOf(`
      new aws.lambda.Function("python", { name: "python", runtime: "python3.13", handler: "a.b", ${role}, ${code} });
      new aws.lambda.Function("image", { name: "image", packageType: "Image", imageUri: "x/y:z", ${role} });
      new aws.lambda.Function("s3", { name: "s3", runtime: "nodejs24.x", handler: "a.b", ${role}, s3Bucket: "b", s3Key: "k" });`);
    const reasons = {
      python: "its runtime python3.13 does not run here; the local cloud runs Node.js functions",
      image: "it is a container image, and the local cloud runs no containers",
      s3: "its code lies in S3, and the program does not upload it itself; give a folder or zip file of it in demo-auth.local.yaml: functions: { s3: path }",
    };
    const elsewhere = model.functionsElsewhere.map(({ name, because }) => [name, because]);
    assert.deepEqual(Object.fromEntries(elsewhere), reasons);
    const whole = unserved.filter(({ property }) => property === undefined);
    assert.deepEqual(Object.fromEntries(whole.map(({ name, reason }) => [name, reason])), reasons);
  });

  it("[E.4] run code from an object that the program itself uploads, with the layers that it publishes", async () => {
    const graph = await graphOf(`
      const archive = (text) => new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(text) });
      const bucket = new aws.s3.Bucket("b");
      const object = new aws.s3.BucketObjectv2("o", { bucket: bucket.id, key: "f.zip", source: archive("code") });
      const layer = new aws.lambda.LayerVersion("l", { layerName: "tools", code: archive("layer") });
      new aws.lambda.Function("f", { runtime: "nodejs24.x", handler: "index.handler", role: "arn:aws:iam::123456789012:role/r",
        s3Bucket: object.bucket, s3Key: object.key, layers: [layer.arn, "arn:aws:lambda:us-east-1:999999999999:layer:other:3"] });`);
    const { model, unserved } = buildModel(
      graph,
      "us-east-1",
      ({ assets }) => `/${(assets!["index.js"] as Asset).text}`,
    );
    assert.deepEqual([model.functions[0]!.codeDirectory, model.functions[0]!.layerDirectories], ["/code", ["/layer"]]);
    assert.deepEqual(
      unserved.filter(({ type }) => type.includes("function")).map(({ property, reason }) => [property, reason]),
      [["layers", "the program does not publish the layer arn:aws:lambda:us-east-1:999999999999:layer:other:3"]],
    );
  });

  it("[F.9] give a function and each of its aliases one URL, and versions none", async () => {
    const url = (name: string, more = "") =>
      `new aws.lambda.FunctionUrl("${name}", { functionName: f.name, authorizationType: "NONE", ${more} });`;
    const live = `const live = new aws.lambda.Alias("live", { name: "live", functionName: f.name, functionVersion: f.version });`;
    const { model } = await modelOf(`${declareFunction()} ${live} ${url("a")} ${url("b", "qualifier: live.name")}`);
    assert.deepEqual(model.functionUrls.map(({ functionArn }) => functionArn).toSorted(), [
      `${ARN}:orders`,
      `${ARN}:orders:live`,
    ]);
    await assert.rejects(modelOf(`${declareFunction()} ${url("a")} ${url("b")}`), /FunctionUrlConfig exists for this/);
    await assert.rejects(modelOf(`${declareFunction()} ${url("a", 'qualifier: "1"')}`), /Value '1' at 'qualifier'/);
  });

  it("list an event source mapping as a whole, with outputs of its own", async () => {
    const graph = await graphOf(`${declareFunction()}
      const m = new aws.lambda.EventSourceMapping("m", { functionName: f.name, eventSourceArn: "arn:aws:sqs:us-east-1:123456789012:q", batchSize: 5 });
      exports.functionArn = m.functionArn; exports.uuid = m.uuid;`);
    assert.equal(graph.outputs.functionArn, `${ARN}:orders`);
    assert.match(String(graph.outputs.uuid), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(buildModel(graph, "us-east-1", () => "/code").unserved, [
      {
        type: "aws:lambda/eventSourceMapping:EventSourceMapping",
        name: "m",
        reason: "nothing here fires by itself; the console's list of functions runs the function with such an event",
      },
    ]);
  });
});
