/**
 * aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig: what becomes of events that a function is invoked with
 * asynchronously (PutFunctionEventInvokeConfig).
 */
import type { lambda } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { map, number, resourceType, text } from "../resource-type.ts";
import { arnOfFunction, qualified } from "./function-arn.ts";
import { refused } from "./refused-settings.ts";

/** Recorded by LocalStack's test_lambda_api, 2025-11. */

/** What Lambda takes. */
const RANGES = { maximumRetryAttempts: [0, 2], maximumEventAgeInSeconds: [60, 21_600] } as const;

export const functionEventInvokeConfig = resourceType<
  lambda.FunctionEventInvokeConfig,
  lambda.FunctionEventInvokeConfigArgs
>("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", {
  inputs: {
    destinationConfig: {
      parts: { onFailure: { parts: { destination: served } }, onSuccess: { parts: { destination: served } } },
    },
    functionName: served,
    maximumEventAgeInSeconds: served,
    maximumRetryAttempts: served,
    qualifier: served,
    region: served,
  },

  create({ inputs }, account) {
    for (const [name, [least, most]] of Object.entries(RANGES)) {
      const value = inputs[name];
      if (value === undefined || (Number(value) >= least && Number(value) <= most)) continue;
      throw new ResourceProblem(`${name} is ${value}, and must be from ${least} to ${most}.`);
    }
    const { destinationConfig, maximumEventAgeInSeconds, maximumRetryAttempts } = inputs;
    if ([destinationConfig, maximumEventAgeInSeconds, maximumRetryAttempts].every((set) => set === undefined)) {
      throw refused("You must specify at least one of error handling or destination setting.");
    }
    const reference = text(inputs.functionName) ?? "";
    const qualifier = text(inputs.qualifier);
    return {
      id: qualifier === undefined ? reference : `${reference}:${qualifier}`,
      outputs: { region: account.region },
    };
  },

  declare(resource, cloud) {
    const { inputs } = resource;
    cloud.atTheEnd(resource, () => {
      const functionArn = qualified(arnOfFunction(cloud, text(inputs.functionName) ?? ""), text(inputs.qualifier));
      const isOf = (arn: string) => functionArn === arn || functionArn.startsWith(`${arn}:`);
      const own = [...cloud.model.functions, ...cloud.model.functionsElsewhere].find(({ arn }) => isOf(arn));
      const destinations = map<Record<string, unknown>>(inputs.destinationConfig);
      const destination = (outcome: "onSuccess" | "onFailure") => {
        const given = text(map(destinations[outcome]).destination);
        if (given === undefined || given === "") return undefined;
        const to = arnOfFunction(cloud, given);
        if (own && (to === own.arn || to.startsWith(`${own.arn}:`))) {
          throw refused("You can't specify the function as a destination for itself.");
        }
        if (/^arn:[^:]*:lambda:/.test(to)) return to;
        const [, , service] = given.split(":");
        const property = `destinationConfig.${outcome}.destination`;
        const reason = `${service} does not run here; the terminal and the console say what would go there`;
        cloud.nameUnserved(resource, [{ property, reason, guards: false }]);
        return given;
      };
      const settings = {
        maximumRetryAttempts: number(inputs.maximumRetryAttempts, 2),
        maximumEventAgeSeconds: number(inputs.maximumEventAgeInSeconds, 21_600),
        onSuccess: destination("onSuccess"),
        onFailure: destination("onFailure"),
      };
      const target = cloud.model.functions.find(({ arn }) => isOf(arn));
      if (target) target.asynchronous[functionArn.slice(target.arn.length + 1) || "$LATEST"] = settings;
    });
  },
});
