/** What exists in a real account and is of a type that is served: it is not served, but its ARN can be built on. */
import { invocationArn } from "../apigateway/invocation-arn.ts";
import type { Companions } from "./companion.ts";

export const EXISTING: Companions = {
  "aws:cognito/userPool:UserPool": (made) => {
    const id = made.existing!;
    return {
      outputs: {
        arn: made.arn("cognito-idp", `userpool/${id}`),
        endpoint: `cognito-idp.${made.region}.amazonaws.com/${id}`,
      },
    };
  },
  "aws:lambda/function:Function": (made) => {
    const name = made.name();
    const arn = made.arn("lambda", `function:${name}`);
    return {
      outputs: {
        ...{
          name,
          arn,
          invokeArn: invocationArn(made.region, arn),
          version: "$LATEST",
          qualifiedArn: `${arn}:$LATEST`,
        },
        qualifiedInvokeArn: invocationArn(made.region, `${arn}:$LATEST`),
      },
    };
  },
  "aws:lambda/alias:Alias": (made) => ({
    outputs: { arn: made.existing, name: made.name(), invokeArn: invocationArn(made.region, made.existing!) },
  }),
  "aws:lambda/layerVersion:LayerVersion": (made) => ({
    outputs: {
      ...{ arn: made.existing, layerArn: made.existing!.replace(/:\d+$/, "") },
      version: /:(\d+)$/.exec(made.existing!)?.[1] ?? "1",
    },
  }),
  "aws:apigateway/restApi:RestApi": (made) => ({
    outputs: {
      arn: `arn:${made.partition}:apigateway:${made.region}::/restapis/${made.existing}`,
      executionArn: made.arn("execute-api", made.existing!),
    },
  }),
};
