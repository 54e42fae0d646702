/** aws:apigatewayv2/api:Api: an HTTP API (CreateApi). WebSocket APIs are named as not served. */
import type { apigatewayv2 } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { HttpApiModel } from "../../model.ts";
import { apiModel, apiOutputs } from "../apigateway/any-api.ts";
import { forReaders, forTheBill, forWebSockets, ofAddresses } from "../apigateway/because.ts";
import { parseDocument } from "../apigateway/openapi-document.ts";
import { notServed, served } from "../contract.ts";
import { flag, list, map, resourceType, stableId, text } from "../resource-type.ts";
import { corsOf } from "./cors.ts";
import { readHttpApiBody } from "./openapi-body.ts";

export const httpApi = resourceType<apigatewayv2.Api, apigatewayv2.ApiArgs>("aws:apigatewayv2/api:Api", {
  inputs: {
    apiKeySelectionExpression: forWebSockets,
    body: served,
    corsConfiguration: {
      parts: {
        allowCredentials: served,
        allowHeaders: served,
        allowMethods: served,
        allowOrigins: served,
        exposeHeaders: served,
        maxAge: served,
      },
    },
    credentialsArn: served,
    description: forReaders,
    disableExecuteApiEndpoint: served,
    failOnWarnings: notServed(
      "of what API Gateway only warns of in a body, security schemes without an authorizer alone are looked for",
    ),
    ipAddressType: ofAddresses,
    name: served,
    protocolType: notServed("WebSocket APIs do not run here", { unless: ["HTTP"] }),
    region: served,
    routeKey: served,
    // HTTP APIs have one expression only.
    routeSelectionExpression: served,
    tags: forTheBill,
    target: served,
    version: forReaders,
  },

  create(resource, account) {
    const { inputs, urn } = resource;
    const cors = map<unknown>(inputs.corsConfiguration);
    if (flag(cors.allowCredentials) && list(cors.allowOrigins).includes("*")) {
      throw new ResourceProblem(
        "BadRequestException: allow-credentials is not supported when allow-origin is set to *",
      );
    }
    const id = stableId(urn, 10);
    const title = titleOf(inputs);
    return {
      id,
      outputs: {
        ...apiOutputs(resource, account, "/apis", id),
        ...(title !== undefined && { name: title }),
        apiEndpoint: endpointOf(id, account.region),
        apiKeySelectionExpression: text(inputs.apiKeySelectionExpression) ?? "$request.header.x-api-key",
        disableExecuteApiEndpoint: flag(inputs.disableExecuteApiEndpoint),
        ipAddressType: text(inputs.ipAddressType) ?? "ipv4",
        routeSelectionExpression: text(inputs.routeSelectionExpression) ?? "$request.method $request.path",
      },
    };
  },

  declare(resource, cloud) {
    const { id, urn, inputs } = resource;
    if (inputs.protocolType !== "HTTP") {
      cloud.webSocketApis.add(id);
      return;
    }
    const api: HttpApiModel = {
      ...apiModel(resource, cloud),
      cors: inputs.corsConfiguration === undefined ? undefined : corsOf(map<unknown>(inputs.corsConfiguration)),
      routes: [],
      integrations: [],
      authorizers: [],
      stages: [],
    };
    const body = text(inputs.body);
    if (body !== undefined) {
      const { unserved, disableExecuteApiEndpoint, ...imported } = readHttpApiBody(
        body,
        id,
        flag(inputs.failOnWarnings),
      );
      cloud.nameUnserved(resource, unserved, "body: ");
      Object.assign(api, imported);
      api.disableExecuteApiEndpoint ||= disableExecuteApiEndpoint;
    }
    cloud.model.httpApis.push(api);
    const target = text(inputs.target);
    if (target !== undefined) quickCreate(api, target, urn, inputs);
  },
});

/** The provider leaves the title that a body gives. */
function titleOf({ body }: Values): string | undefined {
  const title = body === undefined ? undefined : map<unknown>(map<unknown>(parseDocument(String(body))).info).title;
  return text(title);
}

export const endpointOf = (id: unknown, region: string): string => `https://${id}.execute-api.${region}.amazonaws.com`;

/** With a target, the API comes with an integration, a route and a stage that deploys by itself. */
function quickCreate(api: HttpApiModel, target: string, urn: string, inputs: Values): void {
  const integrationId = stableId(`${urn}#integration`, 7);
  const isFunction = target.startsWith("arn:");
  api.integrations.push({
    id: integrationId,
    type: isFunction ? "AWS_PROXY" : "HTTP_PROXY",
    subtype: undefined,
    uri: target,
    httpMethod: isFunction ? "POST" : "ANY",
    payloadFormatVersion: isFunction ? "2.0" : "1.0",
    timeoutMilliseconds: 30_000,
    credentials: text(inputs.credentialsArn),
    isPrivate: false,
    requestParameters: {},
    responseParameters: {},
  });
  api.routes.push({
    id: stableId(`${urn}#route`, 7),
    routeKey: text(inputs.routeKey) ?? "$default",
    authorization: "NONE",
    authorizerId: undefined,
    authorizationScopes: [],
    integrationId,
  });
  api.stages.push({
    name: "$default",
    autoDeploy: true,
    deploymentId: stableId(`${urn}#deployment`, 6),
    variables: {},
    accessLog: undefined,
    defaultThrottle: {},
    routeThrottles: {},
  });
}
