/** aws:lambda/functionUrl:FunctionUrl: an address of a function's own (CreateFunctionUrlConfig). */
import type { lambda } from "@pulumi/aws";
import { notServed, served } from "../contract.ts";
import { arnOf, resourceType, stableId, text } from "../resource-type.ts";

const NO_ADDRESS = "function URLs are not served";

export const functionUrl = resourceType<lambda.FunctionUrl, lambda.FunctionUrlArgs>(
  "aws:lambda/functionUrl:FunctionUrl",
  {
    inputs: {
      authorizationType: notServed(NO_ADDRESS),
      cors: notServed(NO_ADDRESS),
      functionName: served,
      invokeMode: notServed(NO_ADDRESS),
      qualifier: served,
      region: served,
    },

    create({ urn, inputs }, account) {
      const reference = text(inputs.functionName) ?? "";
      const name = /:function:([^:]+)/.exec(reference)?.[1] ?? reference;
      const qualifier = text(inputs.qualifier);
      const urlId = stableId(urn, 32);
      const functionArn = arnOf(account, "lambda", `function:${name}`);
      return {
        id: qualifier === undefined ? name : `${name}/${qualifier}`,
        outputs: {
          functionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
          functionUrl: `https://${urlId}.lambda-url.${account.region}.on.aws/`,
          urlId,
          invokeMode: text(inputs.invokeMode) ?? "BUFFERED",
          region: account.region,
        },
      };
    },
  },
);
