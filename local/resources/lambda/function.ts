/** aws:lambda/function:Function: code that runs when it is invoked (CreateFunction, PublishVersion, and their defaults). */
import { createHash } from "node:crypto";
import type { lambda } from "@pulumi/aws";
import { type Resource, ResourceProblem } from "../../engine/graph.ts";
import { LOCAL_VALUES_FILE } from "../../engine/local-values.ts";
import { Archive, type Values } from "../../engine/values.ts";
import type { LogLevel } from "../../model.ts";
import { invocationArn } from "../apigateway/invocation-arn.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { notServed, served, withoutEffect } from "../contract.ts";
import { few } from "../few.ts";
import { arnOf, flag, list, map, number, partitionOf, physicalName, resourceType, text } from "../resource-type.ts";
import { describeRole } from "../role-policies.ts";
import { markersIn } from "../unknown-outputs.ts";
import { forPulumi, nothingIsDestroyed, unseenByCallers } from "./because.ts";
import { codeOf, layerCode, sourcesOf } from "./code.ts";
import { refuseSettings } from "./refused-settings.ts";

/** Runtimes whose creation AWS blocks (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). */
const RETIRED = /^nodejs(?:|4\.3|4\.3-edge|6\.10|8\.10|10\.x|12\.x|14\.x|16\.x|18\.x|20\.x)$/;
const CURRENT = "nodejs24.x";

const IN_PROCESSES = "functions run in processes of this machine";
const NOT_AT_REST = "nothing that is kept here is encrypted with it";

export const lambdaFunction = resourceType<lambda.Function, lambda.FunctionArgs>("aws:lambda/function:Function", {
  inputs: {
    architectures: withoutEffect("JavaScript runs alike on both"),
    capacityProviderConfig: notServed(IN_PROCESSES),
    code: served,
    codeSha256: forPulumi,
    codeSigningConfigArn: notServed("signatures of code are not checked"),
    deadLetterConfig: {
      parts: {
        targetArn: notServed("SQS and SNS do not run here; the terminal and the console say what would go there"),
      },
    },
    description: unseenByCallers,
    durableConfig: notServed("durable executions do not run here"),
    environment: { parts: { variables: served } },
    ephemeralStorage: {
      parts: { size: notServed("a function may fill the machine's own temporary folder", { unless: [512] }) },
    },
    fileSystemConfig: notServed("no file system is mounted"),
    handler: served,
    imageConfig: notServed("container images do not run here"),
    imageUri: notServed("container images do not run here"),
    kmsKeyArn: withoutEffect(NOT_AT_REST),
    layers: served,
    loggingConfig: {
      parts: {
        applicationLogLevel: served,
        logFormat: served,
        logGroup: served,
        systemLogLevel: served,
      },
    },
    memorySize: served,
    name: served,
    packageType: served,
    publish: served,
    publishTo: notServed("it is for capacity providers, and functions run in processes of this machine"),
    region: served,
    replaceSecurityGroupsOnDestroy: nothingIsDestroyed,
    replacementSecurityGroupIds: nothingIsDestroyed,
    reservedConcurrentExecutions: served,
    role: served,
    runtime: served,
    s3Bucket: served,
    s3Key: served,
    s3ObjectVersion: notServed("an object has the content that the program uploads now"),
    skipDestroy: nothingIsDestroyed,
    snapStart: withoutEffect("it changes how fast a function starts, not what it does"),
    sourceCodeHash: forPulumi,
    sourceKmsKeyArn: withoutEffect(NOT_AT_REST),
    tags: withoutEffect("whoever invokes the function does not see them"),
    tenancyConfig: notServed("tenants are not kept apart"),
    timeout: served,
    tracingConfig: { parts: { mode: notServed("no traces are recorded", { unless: ["PassThrough"] }) } },
    useResourceTimeoutForPropagation: withoutEffect("nothing needs to propagate here"),
    vpcConfig: notServed("a function reaches what this machine reaches"),
  },
  // Pulumi writes of a captured resource all that it is into a callback's code, whether or not it is read there.
  withoutUnknown: ["code"],

  create(resource, account) {
    const { inputs } = resource;
    refuseSettings(inputs);
    const name = physicalName(resource);
    const arn = arnOf(account, "lambda", `function:${name}`);
    const version = flag(inputs.publish) ? FIRST_VERSION : "$LATEST";
    const partition = partitionOf(account.region);
    return {
      id: name,
      outputs: {
        name,
        arn,
        qualifiedArn: `${arn}:${version}`,
        invokeArn: invocationArn(account.region, arn),
        qualifiedInvokeArn: invocationArn(account.region, `${arn}:${version}`),
        responseStreamingInvokeArn: `arn:${partition}:apigateway:${account.region}:lambda:path/2021-11-15/functions/${arn}/response-streaming-invocations`,
        version,
        lastModified: new Date(0).toISOString(),
        architectures: list(inputs.architectures).length > 0 ? inputs.architectures : ["x86_64"],
        memorySize: number(inputs.memorySize, 128),
        timeout: number(inputs.timeout, 3),
        packageType: text(inputs.packageType) ?? "Zip",
        codeSha256: createHash("sha256")
          .update(JSON.stringify(inputs.code ?? ""))
          .digest("base64"),
        sourceCodeSize: 0,
        signingJobArn: "",
        signingProfileVersionArn: "",
        loggingConfig: inputs.loggingConfig ?? { logFormat: "Text", logGroup: `/aws/lambda/${name}` },
        tracingConfig: inputs.tracingConfig ?? { mode: "PassThrough" },
        ephemeralStorage: inputs.ephemeralStorage ?? { size: 512 },
      },
    };
  },

  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    const arn = outputs.arn as string;
    const code = cloud.functionCode.get(resource.name) ?? codeOf(inputs, cloud);
    const because = whyNotHere(resource, code);
    if (because !== undefined || !code) {
      const reason = because ?? "the program gives it no code";
      cloud.unserved.push({ type: resource.type, name: resource.name, reason });
      cloud.model.functionsElsewhere.push({ name: id, arn, because: reason });
      return;
    }
    const unknown = markersIn(JSON.stringify(inputs.code ?? ""));
    if (unknown.length > 0) {
      cloud.nameUnserved(resource, [
        { property: "code", reason: `a placeholder stands in it for ${few(unknown)}`, guards: false },
      ]);
    }
    const runtime = text(inputs.runtime)!;
    if (RETIRED.test(runtime)) retired(runtime, resource.name, cloud);
    const environment = map<string>(map<unknown>(inputs.environment).variables);
    if (environment[WRAPPER] !== undefined) {
      const reason = "functions are started without their wrapper script";
      cloud.unserved.push({
        type: resource.type,
        name: resource.name,
        property: `environment.variables.${WRAPPER}`,
        reason,
      });
    }
    const role = text(inputs.role);
    if (role?.startsWith("arn:")) cloud.atTheEnd(resource, () => describeRole(role, cloud));
    const logging = map<unknown>(outputs.loggingConfig);
    cloud.model.functions.push({
      name: id,
      arn,
      region: outputs.region as string,
      accountId: cloud.model.accountId,
      roleName: role?.split("/").at(-1) ?? id,
      runtime,
      handler: text(inputs.handler) ?? "",
      memorySizeMb: outputs.memorySize as number,
      timeoutSeconds: outputs.timeout as number,
      environment,
      logGroupName: text(logging.logGroup) ?? `/aws/lambda/${id}`,
      logFormat: logging.logFormat === "JSON" ? "JSON" : "Text",
      applicationLogLevel: (text(logging.applicationLogLevel) as LogLevel | undefined) ?? "INFO",
      systemLogLevel: (text(logging.systemLogLevel) as LogLevel | undefined) ?? "INFO",
      reservedConcurrency: concurrency(inputs),
      codeDirectory: cloud.unpack(code),
      codeSources: sourcesOf(code),
      layerDirectories: layersOf(resource, cloud),
      version: "$LATEST",
      shares: {},
      asynchronous: {},
      deadLetterTarget: text(map(inputs.deadLetterConfig).targetArn),
      qualifiers: outputs.version === "$LATEST" ? {} : { [String(outputs.version)]: String(outputs.version) },
    });
  },
});

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html */
const WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER";

/** A function that is deployed here is deployed for the first time. */
const FIRST_VERSION = "1";

/** Why the function does not run here, as a sentence without a full stop; `undefined` when it does. */
function whyNotHere({ name, inputs }: Resource, found: Archive | undefined): string | undefined {
  const { runtime, packageType, imageUri, code, s3Bucket } = inputs;
  if (packageType === "Image" || imageUri) return "it is a container image, and the local cloud runs no containers";
  if (!text(runtime)?.startsWith("nodejs"))
    return `its runtime ${text(runtime) ?? "(none)"} does not run here; the local cloud runs Node.js functions`;
  if (found) return undefined;
  const give = `give a folder or zip file of it in ${LOCAL_VALUES_FILE}: functions: { ${name}: path }`;
  if (s3Bucket) return `its code lies in S3, and the program does not upload it itself; ${give}`;
  if (code instanceof Archive)
    return `its code lies at ${code.uri}, and the local cloud takes files of this machine only; ${give}`;
  return "the program gives it no code";
}

/** The layers that the program itself publishes; another one is named. */
function layersOf({ type, name, inputs }: Resource, cloud: CloudBuilder): string[] {
  return list(inputs.layers).flatMap((arn) => {
    const archive = layerCode(String(arn), cloud);
    if (archive) return [cloud.unpack(archive)];
    cloud.unserved.push({ type, name, property: "layers", reason: `the program does not publish the layer ${arn}` });
    return [];
  });
}

/** AWS refuses to create such a function, but goes on running those that it has; many programs still name one. */
function retired(runtime: string, name: string, cloud: CloudBuilder): void {
  if (cloud.strict) {
    throw new ResourceProblem(
      `InvalidParameterValueException: The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. Use ${CURRENT}.`,
    );
  }
  cloud.warnOfEach(`retired ${runtime}`, name, (names) => {
    const several = names.length > 1;
    const subject = several
      ? `The functions ${few(names.map((one) => `"${one}"`))} declare`
      : `The function "${name}" declares`;
    return `${subject} ${runtime}, with which AWS creates no functions any more. ${several ? "They run" : "It runs"} here on Node ${process.versions.node}; write runtime: "${CURRENT}". --strict refuses ${several ? "them" : "it"}.`;
  });
}

/** -1, the provider's default, reserves nothing. */
function concurrency({ reservedConcurrentExecutions: value }: Values): number | undefined {
  return value === undefined || Number(value) < 0 ? undefined : Number(value);
}
