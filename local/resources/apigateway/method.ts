/** aws:apigateway/method:Method: what a path takes, and who may call it (PutMethod). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { MethodModel } from "../../model.ts";
import { served, withoutEffect } from "../contract.ts";
import { flag, list, map, resourceType, text } from "../resource-type.ts";
import { markersIn } from "../unknown-outputs.ts";
import { methodId } from "./method-id.ts";

export const method = resourceType<apigateway.Method, apigateway.MethodArgs>("aws:apigateway/method:Method", {
  inputs: {
    apiKeyRequired: served,
    authorization: served,
    authorizationScopes: served,
    authorizerId: served,
    httpMethod: served,
    operationName: withoutEffect("it names the method in generated SDKs"),
    region: served,
    requestModels: served,
    requestParameters: served,
    requestValidatorId: served,
    resourceId: served,
    restApi: served,
  },

  create({ inputs }) {
    refuseMethod(inputs);
    return {
      id: methodId("agm", inputs),
      outputs: { apiKeyRequired: flag(inputs.apiKeyRequired) },
    };
  },

  declare(resource, cloud) {
    const { inputs } = resource;
    const target = cloud.apiResource(inputs.restApi, inputs.resourceId, resource);
    const requestModels = map(inputs.requestModels);
    cloud.atTheEnd(resource, () => {
      const names = ["Empty", "Error", ...cloud.restApi(inputs.restApi, resource).models.map(({ name }) => name)];
      const unknown = Object.values(requestModels).find(
        (name) => !names.includes(name) && markersIn(name).length === 0,
      );
      if (unknown !== undefined) {
        throw new ResourceProblem(`BadRequestException: Invalid model identifier specified: ${unknown}`);
      }
    });
    target.methods.push({
      httpMethod: inputs.httpMethod as string,
      authorization: inputs.authorization as MethodModel["authorization"],
      authorizerId: text(inputs.authorizerId),
      authorizationScopes: list(inputs.authorizationScopes),
      apiKeyRequired: flag(inputs.apiKeyRequired),
      requestValidatorId: text(inputs.requestValidatorId),
      requestParameters: map<boolean>(inputs.requestParameters),
      requestModels,
      integration: undefined,
      methodResponses: [],
    });
  },
});

const METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];

const PARAMETER = /^method\.request\.(?:(?:multivalue)?(?:querystring|header)|path)\.[^ ]+$/;

/** Recorded by LocalStack's test_apigateway_api, 2024-04, and by cdk-preflight, 2026. @throws ResourceProblem */
function refuseMethod({
  authorization,
  authorizationScopes,
  authorizerId,
  httpMethod,
  requestParameters,
}: Values): void {
  const refused = (why: string) => new ResourceProblem(`BadRequestException: ${why}`);
  if (!METHODS.includes(String(httpMethod))) {
    throw refused(`Invalid HttpMethod specified. Valid options are ${METHODS.join(",")}`);
  }
  if ((authorization === "COGNITO_USER_POOLS" || authorization === "CUSTOM") && !authorizerId) {
    throw refused(
      "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.",
    );
  }
  if (list(authorizationScopes).length > 0 && authorization !== "COGNITO_USER_POOLS") {
    throw refused("Authorization Scopes are only valid for COGNITO_USER_POOLS authorization type");
  }
  const wrong = Object.keys(map(requestParameters)).find((parameter) => !PARAMETER.test(parameter));
  if (wrong !== undefined) {
    throw refused(
      `Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: ${wrong}]`,
    );
  }
  const names = Object.keys(map(requestParameters)).map((parameter) => parameter.split(".").slice(3).join("."));
  if (new Set(names).size < names.length) {
    throw refused("Parameter names must be unique across querystring, header and path");
  }
}
