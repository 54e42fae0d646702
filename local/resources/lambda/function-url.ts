/** aws:lambda/functionUrl:FunctionUrl: an address of a function's own (CreateFunctionUrlConfig). */
import type { lambda } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { FunctionUrlModel } from "../../model.ts";
import { corsOf } from "../apigatewayv2/cors.ts";
import { notServed, served } from "../contract.ts";
import { arnOf, map, resourceType, stableId, text } from "../resource-type.ts";
import { arnOfFunction, qualified } from "./function-arn.ts";

const QUALIFIER = /^(?!\d+$)[0-9a-zA-Z-_]+$/;

export const functionUrl = resourceType<lambda.FunctionUrl, lambda.FunctionUrlArgs>(
  "aws:lambda/functionUrl:FunctionUrl",
  {
    inputs: {
      authorizationType: served,
      cors: {
        parts: {
          allowCredentials: served,
          allowHeaders: served,
          allowMethods: served,
          allowOrigins: served,
          exposeHeaders: served,
          maxAge: served,
        },
      },
      functionName: served,
      invokeMode: notServed("answers are not streamed, and a handler finds no awslambda.streamifyResponse", {
        unless: ["BUFFERED"],
      }),
      qualifier: served,
      region: served,
    },

    create({ urn, inputs }, account) {
      const reference = text(inputs.functionName) ?? "";
      const name = /:function:([^:]+)/.exec(reference)?.[1] ?? reference;
      const qualifier = text(inputs.qualifier);
      if (qualifier !== undefined && !QUALIFIER.test(qualifier)) {
        throw new ResourceProblem(
          `ValidationException: 1 validation error detected: Value '${qualifier}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)`,
        );
      }
      const urlId = stableId(urn, 32);
      const functionArn = arnOf(account, "lambda", `function:${name}`);
      return {
        id: qualifier === undefined ? name : `${name}/${qualifier}`,
        outputs: {
          functionArn: qualified(functionArn, qualifier),
          functionUrl: `https://${urlId}.lambda-url.${account.region}.on.aws/`,
          urlId,
          invokeMode: text(inputs.invokeMode) ?? "BUFFERED",
        },
      };
    },

    declare(resource, cloud) {
      const { name, inputs, outputs } = resource;
      cloud.atTheEnd(resource, () => {
        const functionArn = qualified(arnOfFunction(cloud, text(inputs.functionName) ?? ""), text(inputs.qualifier));
        if (cloud.model.functionUrls.some((other) => other.functionArn === functionArn)) {
          throw new ResourceProblem(
            `ResourceConflictException: Failed to create function url config for [functionArn = ${functionArn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
          );
        }
        cloud.model.functionUrls.push({
          id: outputs.urlId as string,
          name,
          region: outputs.region as string,
          accountId: cloud.model.accountId,
          functionArn,
          authorization: inputs.authorizationType as FunctionUrlModel["authorization"],
          cors: inputs.cors === undefined ? undefined : corsOf(map<unknown>(inputs.cors)),
        });
      });
    },
  },
);
