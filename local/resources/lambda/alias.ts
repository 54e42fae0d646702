/** aws:lambda/alias:Alias: a name for one version of a function (CreateAlias). */
import type { lambda } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { invocationArn } from "../apigateway/invocation-arn.ts";
import { served } from "../contract.ts";
import { arnOf, map, physicalName, resourceType, text } from "../resource-type.ts";
import { unseenByCallers } from "./because.ts";
import { arnOfFunction } from "./function-arn.ts";

export const alias = resourceType<lambda.Alias, lambda.AliasArgs>("aws:lambda/alias:Alias", {
  inputs: {
    description: unseenByCallers,
    functionName: served,
    functionVersion: served,
    name: served,
    region: served,
    routingConfig: { parts: { additionalVersionWeights: served } },
  },

  create(resource, account) {
    const name = physicalName(resource);
    refuseAlias(name, resource.inputs);
    const reference = text(resource.inputs.functionName) ?? "";
    const unqualified = /:function:([^:]+)/.exec(reference)?.[1] ?? reference;
    const arn = arnOf(account, "lambda", `function:${unqualified}:${name}`);
    return {
      id: arn,
      outputs: { name, arn, invokeArn: invocationArn(account.region, arn) },
    };
  },

  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    cloud.atTheEnd(resource, () => {
      const functionArn = arnOfFunction(cloud, text(inputs.functionName) ?? "");
      const target = cloud.model.functions.find(({ arn }) => arn === functionArn);
      if (!target) return;
      const name = String(outputs.name);
      const weights = Object.entries(map(map<unknown>(inputs.routingConfig).additionalVersionWeights));
      target.qualifiers[name] = text(inputs.functionVersion) ?? "$LATEST";
      if (weights.length === 0) return;
      target.shares[name] = Object.fromEntries(weights.map(([version, weight]) => [version, Number(weight)]));
    });
  },
});

/** Recorded by LocalStack's test_lambda_api, 2025-11. @throws ResourceProblem */
function refuseAlias(name: string, { functionVersion, routingConfig }: Values): void {
  const weights = Object.entries(map<unknown>(map<unknown>(routingConfig).additionalVersionWeights));
  const invalid = (value: string, member: string, constraint: string) =>
    new ResourceProblem(
      `ValidationException: 1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
    );
  if (!/^(?!\d+$)[a-zA-Z0-9-_]+$/.test(name)) {
    throw invalid(name, "name", "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)");
  }
  if (weights.length === 0) return;
  const refused = (why: string) => new ResourceProblem(`InvalidParameterValueException: ${why}`);
  const [[version, weight]] = weights as [[string, unknown]];
  if (weights.length > 1) throw refused("Number of items in AdditionalVersionWeights cannot be greater than 1");
  if (!(Number(weight) >= 0 && Number(weight) <= 1)) {
    throw invalid(
      `{${version}=${weight}}`,
      "routingConfig.additionalVersionWeights",
      "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    );
  }
  if (text(functionVersion) === version) {
    throw refused(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
  if ((text(functionVersion) ?? "$LATEST") === "$LATEST") {
    throw refused("$LATEST is not supported for an alias pointing to more than 1 version");
  }
}
