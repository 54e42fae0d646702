/** aws:lambda/function:Function (CreateFunction, and its defaults) and who may invoke it. */
import { createHash } from "node:crypto";
import { ResourceProblem } from "../../engine/graph.ts";
import { Archive, type Values } from "../../engine/values.ts";
import { invocationArn } from "../apigateway/rest-api.ts";
import { arnOf, list, map, number, physicalName, type ResourceType, stableId, text } from "../resource-type.ts";

/** Runtimes whose creation AWS blocks (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). */
const RETIRED = /^nodejs(?:|4\.3|4\.3-edge|6\.10|8\.10|10\.x|12\.x|14\.x|16\.x|18\.x|20\.x)$/;

export const lambdaFunction: ResourceType = {
  type: "aws:lambda/function:Function",

  create(resource, account) {
    const { inputs } = resource;
    const runtime = text(inputs.runtime);
    if (runtime && RETIRED.test(runtime)) {
      throw new ResourceProblem(
        `InvalidParameterValueException: The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. Use nodejs24.x.`,
      );
    }
    const name = physicalName(resource);
    const arn = arnOf(account, "lambda", `function:${name}`);
    const qualified = `${arn}:$LATEST`;
    return {
      id: name,
      outputs: {
        name,
        arn,
        qualifiedArn: qualified,
        invokeArn: invocationArn(account.region, arn),
        qualifiedInvokeArn: invocationArn(account.region, qualified),
        version: "$LATEST",
        lastModified: new Date(0).toISOString(),
        region: account.region,
        architectures: list(inputs.architectures).length > 0 ? inputs.architectures : ["x86_64"],
        memorySize: number(inputs.memorySize, 128),
        timeout: number(inputs.timeout, 3),
        codeSha256: createHash("sha256")
          .update(JSON.stringify(inputs.code ?? ""))
          .digest("base64"),
        sourceCodeSize: 0,
        loggingConfig: inputs.loggingConfig ?? { logFormat: "Text", logGroup: `/aws/lambda/${name}` },
        tracingConfig: inputs.tracingConfig ?? { mode: "PassThrough" },
        ephemeralStorage: inputs.ephemeralStorage ?? { size: 512 },
      },
    };
  },

  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    const runtime = text(inputs.runtime);
    const logging = map<unknown>(outputs.loggingConfig);
    const code = inputs.code;
    // Another language, a container image, or code that lies in S3: requests that need it say that it does not run here.
    if (!runtime?.startsWith("nodejs") || !(code instanceof Archive) || code.uri) {
      cloud.unserved.push({ type: resource.type, name: resource.name });
      return;
    }
    cloud.model.functions.push({
      name: id,
      arn: outputs.arn as string,
      region: outputs.region as string,
      accountId: cloud.model.accountId,
      runtime,
      handler: text(inputs.handler) ?? "",
      memorySizeMb: outputs.memorySize as number,
      timeoutSeconds: outputs.timeout as number,
      environment: map(map<unknown>(inputs.environment).variables),
      logGroupName: text(logging.logGroup) ?? `/aws/lambda/${id}`,
      logFormat: logging.logFormat === "JSON" ? "JSON" : "Text",
      reservedConcurrency: concurrency(inputs),
      codeDirectory: cloud.unpack(code),
    });
  },
};

/** -1, the provider's default, reserves nothing. */
function concurrency({ reservedConcurrentExecutions: value }: Values): number | undefined {
  return value === undefined || Number(value) < 0 ? undefined : Number(value);
}

export const permission: ResourceType = {
  type: "aws:lambda/permission:Permission",
  create({ urn, inputs }, account) {
    const statementId = text(inputs.statementId) ?? `terraform-${stableId(urn, 26)}`;
    return { id: statementId, outputs: { statementId, region: account.region } };
  },
  declare(resource, cloud) {
    const { inputs } = resource;
    if (inputs.principal !== "apigateway.amazonaws.com") return;
    cloud.atTheEnd(resource, () => {
      const { functions, restApis } = cloud.model;
      const target = String(inputs.function);
      const functionArn = functions.find(({ name, arn }) => name === target || arn === target)?.arn ?? target;
      for (const api of restApis) api.invokePermissions.push({ functionArn, sourceArn: text(inputs.sourceArn) });
    });
  },
};
