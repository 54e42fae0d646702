/** aws:apigateway/restApi:RestApi and its resources: the tree of paths that methods are put on. */

import { ResourceProblem } from "../../engine/graph.ts";
import type { RestApiModel } from "../../model.ts";
import {
  arnOf,
  flag,
  list,
  map,
  partitionOf,
  physicalName,
  type ResourceType,
  stableId,
  text,
} from "../resource-type.ts";
import { readOpenApiBody } from "./openapi-body.ts";

export const restApi: ResourceType = {
  type: "aws:apigateway/restApi:RestApi",

  create(resource, account) {
    const { inputs, urn } = resource;
    const policy = text(inputs.securityPolicy);
    if (policy?.startsWith("SecurityPolicy_") && !inputs.endpointAccessMode) {
      throw new ResourceProblem(
        "BadRequestException: Endpoint access mode is required for the specified security policy.",
      );
    }
    const id = stableId(urn, 10);
    return {
      id,
      outputs: {
        name: physicalName(resource),
        arn: arnOf(account, "apigateway", `/restapis/${id}`, false),
        executionArn: arnOf(account, "execute-api", id),
        rootResourceId: stableId(`${urn}#root`, 10),
        createdDate: new Date(0).toISOString(),
        region: account.region,
        apiKeySource: text(inputs.apiKeySource) ?? "HEADER",
        binaryMediaTypes: list(inputs.binaryMediaTypes),
        disableExecuteApiEndpoint: flag(inputs.disableExecuteApiEndpoint),
        description: text(inputs.description) ?? "",
        endpointConfiguration: inputs.endpointConfiguration ?? {
          types: "EDGE",
          ipAddressType: "ipv4",
          vpcEndpointIds: [],
        },
        securityPolicy: policy ?? "TLS_1_0",
      },
    };
  },

  declare({ id, urn, inputs, outputs }, cloud) {
    const body = text(inputs.body);
    const rootId = outputs.rootResourceId as string;
    const api: RestApiModel = {
      id,
      name: outputs.name as string,
      arn: outputs.arn as string,
      executionArn: outputs.executionArn as string,
      region: outputs.region as string,
      accountId: cloud.model.accountId,
      endpointType: (text(map<unknown>(inputs.endpointConfiguration).types) ?? "EDGE") as RestApiModel["endpointType"],
      binaryMediaTypes: list(inputs.binaryMediaTypes),
      disableExecuteApiEndpoint: flag(inputs.disableExecuteApiEndpoint),
      apiKeySource: inputs.apiKeySource === "AUTHORIZER" ? "AUTHORIZER" : "HEADER",
      resources: [{ id: rootId, path: "/", methods: [] }],
      authorizers: [],
      gatewayResponses: [],
      requestValidators: [],
      models: [],
      stages: [],
      apiKeys: [],
      usagePlans: [],
      invokePermissions: [],
      ...(body !== undefined && readOpenApiBody(body, urn, rootId)),
    };
    cloud.model.restApis.push(api);
  },
};

export const apiResource: ResourceType = {
  type: "aws:apigateway/resource:Resource",

  create({ urn, inputs }, account) {
    const parent = account.find(apiResource.type, text(inputs.parentId) ?? "");
    return {
      id: stableId(urn, 6),
      outputs: { path: `${parent?.path ?? ""}/${inputs.pathPart}`, region: account.region },
    };
  },

  declare(resource, cloud) {
    const { id, inputs } = resource;
    const { resources } = cloud.restApi(inputs.restApi, resource);
    const parent = cloud.apiResource(inputs.restApi, inputs.parentId, resource);
    const path = `${parent.path === "/" ? "" : parent.path}/${inputs.pathPart}`;
    if (resources.some((sibling) => sibling.path === path)) {
      throw new ResourceProblem(
        `ConflictException: Another resource with the same parent already has this name: ${inputs.pathPart}`,
      );
    }
    resources.push({ id, path, methods: [] });
  },
};

/** `arn:…:lambda:path/2015-03-31/functions/<function ARN>/invocations`, as an integration names a function. */
export const invocationArn = (region: string, functionArn: string): string =>
  `arn:${partitionOf(region)}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;

/** The function in an integration's URI, or `undefined` when it names something else. */
export function functionOf(uri: string | undefined): string | undefined {
  return /^arn:[^:]+:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(uri ?? "")?.[1];
}
