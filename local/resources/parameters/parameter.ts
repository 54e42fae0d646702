/** aws:ssm/parameter:Parameter: a named value (PutParameter). */
import type { ssm } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { ParameterModel } from "../../model.ts";
import { notServed, served, servedExcept, withoutEffect } from "../contract.ts";
import { type Account, arnOf, flag, physicalName, resourceType, text } from "../resource-type.ts";
import { knownValue } from "./value.ts";

const TYPE = "aws:ssm/parameter:Parameter";
const VALUES = ["value", "insecureValue", "valueWo"];
const TYPES: readonly unknown[] = ["String", "StringList", "SecureString"];
const NOT_SEEN = "whoever reads the value does not see it";
const STANDARD_LENGTH = 4096;
const ADVANCED_LENGTH = 8192;

export const parameter = resourceType<ssm.Parameter, ssm.ParameterArgs>(TYPE, {
  inputs: {
    allowedPattern: notServed("the value is not held against it"),
    arn: withoutEffect("AWS gives the parameter its ARN"),
    dataType: servedExcept("no image is looked up: the value is served as it is", (type) => type === "aws:ec2:image"),
    description: withoutEffect(NOT_SEEN),
    insecureValue: served,
    keyId: withoutEffect("nothing is encrypted with a key of KMS here"),
    name: served,
    overwrite: served,
    region: served,
    tags: withoutEffect(NOT_SEEN),
    tier: served,
    type: served,
    value: served,
    valueWo: served,
    valueWoVersion: withoutEffect("a value is read anew at every evaluation"),
  },
  withoutUnknown: VALUES,

  create(resource, account) {
    const { inputs } = resource;
    const name = physicalName(resource);
    const type = text(inputs.type);
    refuseName(name);
    if (!TYPES.includes(type)) {
      throw new ResourceProblem(
        `ValidationException: type ${JSON.stringify(inputs.type)} of the parameter ${JSON.stringify(name)} is none of ${TYPES.join(", ")}.`,
      );
    }
    if (type === "SecureString" && text(inputs.insecureValue) !== undefined) {
      throw new ResourceProblem(
        `invalid configuration, cannot set type = ${type} and insecureValue of the parameter ${JSON.stringify(name)}: write value.`,
      );
    }
    if (account.find(TYPE, name)?.region === account.region && !flag(inputs.overwrite)) {
      throw new ResourceProblem(
        `ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the overwrite option in the request to true. It is ${JSON.stringify(name)}.`,
      );
    }
    const length = Math.max(...VALUES.map((input) => text(inputs[input])?.length ?? 0));
    return {
      id: name,
      outputs: {
        name,
        arn: parameterArn(name, account),
        dataType: text(inputs.dataType) ?? "text",
        tier: tierOf(text(inputs.tier), length),
        keyId: text(inputs.keyId) ?? (type === "SecureString" ? "alias/aws/ssm" : ""),
        hasValueWo: text(inputs.valueWo) !== undefined,
        version: 1,
      },
    };
  },

  declare(resource, cloud) {
    const { outputs } = resource;
    const { parameters } = cloud.model;
    const declared: ParameterModel = {
      name: String(outputs.name),
      arn: String(outputs.arn),
      region: String(outputs.region),
      type: String(outputs.type) as ParameterModel["type"],
      dataType: String(outputs.dataType),
      value: knownValue(resource, VALUES, cloud)?.value,
    };
    const overwritten = parameters.findIndex(({ arn }) => arn === declared.arn);
    if (overwritten < 0) parameters.push(declared);
    else parameters[overwritten] = declared;
  },
});

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html */
function refuseName(name: string): void {
  const invalid = (sentence: string) =>
    new ResourceProblem(`ValidationException: ${sentence} It is ${JSON.stringify(name)}.`);
  if (name.includes("/") && !name.startsWith("/")) throw invalid("Parameter name must be a fully qualified name.");
  if (/^\/?(?:aws|ssm)/i.test(name) || !/^\/?[\w.-]+(?:\/[\w.-]+)*$/.test(name)) {
    throw invalid(
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive); it is made of letters, numbers and .-_, between slashes.',
    );
  }
}

const parameterArn = (name: string, account: Account): string =>
  arnOf(account, "ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
function tierOf(wanted = "Standard", length: number): string {
  const tier = wanted !== "Intelligent-Tiering" ? wanted : length > STANDARD_LENGTH ? "Advanced" : "Standard";
  const longest = tier === "Advanced" ? ADVANCED_LENGTH : STANDARD_LENGTH;
  if (length > longest) {
    throw new ResourceProblem(
      `ValidationException: ${tier} tier parameters support a maximum parameter value of ${longest} characters; this one has ${length}.`,
    );
  }
  return tier;
}
