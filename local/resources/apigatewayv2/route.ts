/** aws:apigatewayv2/route:Route (CreateRoute). */
import type { apigatewayv2 } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { HttpRouteModel } from "../../model.ts";
import { forReaders, forWebSockets } from "../apigateway/because.ts";
import { served } from "../contract.ts";
import { flag, list, resourceType, stableId, text } from "../resource-type.ts";

const ROUTE_KEY = /^(?:\$default|(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/\S*)$/;

export const httpRoute = resourceType<apigatewayv2.Route, apigatewayv2.RouteArgs>("aws:apigatewayv2/route:Route", {
  inputs: {
    apiId: served,
    apiKeyRequired: forWebSockets,
    authorizationScopes: served,
    authorizationType: served,
    authorizerId: served,
    modelSelectionExpression: forWebSockets,
    operationName: forReaders,
    region: served,
    requestModels: forWebSockets,
    requestParameters: { parts: { requestParameterKey: forWebSockets, required: forWebSockets } },
    routeKey: served,
    routeResponseSelectionExpression: forWebSockets,
    target: served,
  },

  create: ({ urn, inputs }) => ({
    id: stableId(urn, 7),
    outputs: {
      apiKeyRequired: flag(inputs.apiKeyRequired),
      authorizationType: text(inputs.authorizationType) ?? "NONE",
    },
  }),

  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    const api = cloud.httpApi(inputs.apiId, resource);
    if (!api) return;
    const routeKey = String(inputs.routeKey);
    if (!ROUTE_KEY.test(routeKey)) {
      throw new ResourceProblem(
        `BadRequestException: The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"`,
      );
    }
    if (api.routes.some((route) => route.routeKey === routeKey)) {
      throw new ResourceProblem(`ConflictException: Route with key ${routeKey} already exists for this API`);
    }
    const authorization = outputs.authorizationType as HttpRouteModel["authorization"];
    if ((authorization === "JWT" || authorization === "CUSTOM") && !inputs.authorizerId) {
      throw new ResourceProblem(
        `BadRequestException: AuthorizerId is required when AuthorizationType is ${authorization}`,
      );
    }
    api.routes.push({
      id,
      routeKey,
      authorization,
      authorizerId: text(inputs.authorizerId),
      authorizationScopes: list(inputs.authorizationScopes),
      integrationId: /^integrations\/(.+)$/.exec(text(inputs.target) ?? "")?.[1],
    });
  },
});
