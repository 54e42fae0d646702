/** aws:lambda/alias:Alias: a name for one version of a function (CreateAlias). */
import type { lambda } from "@pulumi/aws";
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
