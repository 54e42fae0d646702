/** What is put on an API resource: methods, their integrations and responses (PutMethod, PutIntegration and their defaults). */

import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { IntegrationModel, IntegrationResponseModel, MethodModel } from "../../model.ts";
import { flag, list, map, number, type ResourceType, text } from "../resource-type.ts";
import { functionOf } from "./rest-api.ts";

const idOf = (kind: string, { restApi, resourceId, httpMethod }: Values, rest = "") =>
  `${kind}-${restApi}-${resourceId}-${httpMethod}${rest}`;

export const method: ResourceType = {
  type: "aws:apigateway/method:Method",
  create({ inputs }, account) {
    if (inputs.authorization === "COGNITO_USER_POOLS" && !inputs.authorizerId) {
      throw new ResourceProblem(
        "BadRequestException: Invalid authorizer ID specified: a method with COGNITO_USER_POOLS needs authorizerId.",
      );
    }
    return {
      id: idOf("agm", inputs),
      outputs: { apiKeyRequired: flag(inputs.apiKeyRequired), region: account.region },
    };
  },
  declare(resource, cloud) {
    const { inputs } = resource;
    const target = cloud.apiResource(inputs.restApi, inputs.resourceId, resource);
    target.methods.push({
      httpMethod: inputs.httpMethod as string,
      authorization: inputs.authorization as MethodModel["authorization"],
      authorizerId: text(inputs.authorizerId),
      authorizationScopes: list(inputs.authorizationScopes),
      apiKeyRequired: flag(inputs.apiKeyRequired),
      requestValidatorId: text(inputs.requestValidatorId),
      requestParameters: map<boolean>(inputs.requestParameters),
      requestModels: map(inputs.requestModels),
      integration: undefined,
      methodResponses: [],
    });
  },
};

export const integration: ResourceType = {
  type: "aws:apigateway/integration:Integration",
  create({ inputs }, account) {
    return {
      id: idOf("agi", inputs),
      outputs: {
        passthroughBehavior: text(inputs.passthroughBehavior) ?? "WHEN_NO_MATCH",
        timeoutMilliseconds: number(inputs.timeoutMilliseconds, 29000),
        cacheNamespace: text(inputs.cacheNamespace) ?? inputs.resourceId,
        region: account.region,
      },
    };
  },
  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    const uri = text(inputs.uri);
    const model: IntegrationModel = {
      type: inputs.type as IntegrationModel["type"],
      httpMethod: text(inputs.integrationHttpMethod),
      uri,
      functionArn: functionOf(uri),
      timeoutMilliseconds: outputs.timeoutMilliseconds as number,
      passthroughBehavior: outputs.passthroughBehavior as IntegrationModel["passthroughBehavior"],
      contentHandling: contentHandling(inputs),
      requestParameters: map(inputs.requestParameters),
      requestTemplates: map(inputs.requestTemplates),
      responses: [],
    };
    cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource).integration = model;
  },
};

export const methodResponse: ResourceType = {
  type: "aws:apigateway/methodResponse:MethodResponse",
  create: ({ inputs }, account) => ({
    id: idOf("agmr", inputs, `-${inputs.statusCode}`),
    outputs: { region: account.region },
  }),
  declare(resource, cloud) {
    const { inputs } = resource;
    cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource).methodResponses.push({
      statusCode: String(inputs.statusCode),
      responseParameters: map<boolean>(inputs.responseParameters),
    });
  },
};

export const integrationResponse: ResourceType = {
  type: "aws:apigateway/integrationResponse:IntegrationResponse",
  create: ({ inputs }, account) => ({
    id: idOf("agir", inputs, `-${inputs.statusCode}`),
    outputs: { region: account.region },
  }),
  declare(resource, cloud) {
    const { inputs } = resource;
    const target = cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource).integration;
    if (!target) {
      throw new ResourceProblem(
        `NotFoundException: Invalid Integration identifier specified: ${resource.name} answers for a method without an integration. Let it depend on the Integration.`,
      );
    }
    target.responses.push({
      statusCode: String(inputs.statusCode),
      selectionPattern: text(inputs.selectionPattern),
      responseParameters: map(inputs.responseParameters),
      responseTemplates: map(inputs.responseTemplates),
      contentHandling: contentHandling(inputs),
    });
  },
};

const contentHandling = (inputs: Values) => text(inputs.contentHandling) as IntegrationResponseModel["contentHandling"];
