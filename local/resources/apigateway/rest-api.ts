/** aws:apigateway/restApi:RestApi: an API, empty or described by an OpenAPI document (CreateRestApi, PutRestApi). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { RestApiModel } from "../../model.ts";
import { notServed, served } from "../contract.ts";
import { flag, list, map, resourceType, stableId, text } from "../resource-type.ts";
import { apiModel, apiOutputs } from "./any-api.ts";
import { forReaders, forTheBill, ofAddresses, ofTls } from "./because.ts";
import { NO_VPC_ENDPOINTS } from "./openapi-extensions.ts";
import { importOpenApi } from "./openapi-import.ts";

export const restApi = resourceType<apigateway.RestApi, apigateway.RestApiArgs>("aws:apigateway/restApi:RestApi", {
  inputs: {
    apiKeySource: served,
    binaryMediaTypes: served,
    body: served,
    description: forReaders,
    disableExecuteApiEndpoint: served,
    endpointAccessMode: ofTls,
    endpointConfiguration: {
      parts: {
        ipAddressType: ofAddresses,
        types: notServed(`${NO_VPC_ENDPOINTS}, so a private API refuses every request`, {
          unless: ["EDGE", "REGIONAL"],
          guards: true,
        }),
        vpcEndpointIds: notServed(NO_VPC_ENDPOINTS),
      },
    },
    failOnWarnings: notServed("what API Gateway only warns of in a body is not looked for"),
    minimumCompressionSize: served,
    name: served,
    parameters: served,
    policy: served,
    // A new API is empty: both modes of an import come to the same.
    putRestApiMode: served,
    region: served,
    securityPolicy: ofTls,
    tags: forTheBill,
  },

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
        ...apiOutputs(resource, account, "/restapis", id),
        rootResourceId: stableId(`${urn}#root`, 10),
        createdDate: new Date(0).toISOString(),
        apiKeySource: text(inputs.apiKeySource) ?? "HEADER",
        binaryMediaTypes: list(inputs.binaryMediaTypes),
        disableExecuteApiEndpoint: flag(inputs.disableExecuteApiEndpoint),
        description: text(inputs.description) ?? "",
        endpointConfiguration: inputs.endpointConfiguration ?? {
          types: "EDGE",
          ipAddressType: "ipv4",
          vpcEndpointIds: [],
        },
        minimumCompressionSize: text(inputs.minimumCompressionSize) ?? "",
        policy: text(inputs.policy) ?? "",
        securityPolicy: policy ?? "TLS_1_0",
      },
    };
  },

  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    const api: RestApiModel = {
      ...apiModel(resource, cloud),
      endpointType: "EDGE",
      binaryMediaTypes: [],
      minimumCompressionSize: undefined,
      apiKeySource: "HEADER",
      policy: undefined,
      resources: [{ id: outputs.rootResourceId as string, path: "/", methods: [] }],
      authorizers: [],
      gatewayResponses: [],
      requestValidators: [],
      models: [],
      stages: [],
      apiKeys: [],
      usagePlans: [],
      invokePermissions: [],
    };
    if (text(inputs.body) !== undefined) importOpenApi(api, resource, cloud);
    Object.assign(api, settingsOf(inputs));
    cloud.model.restApis.push(api);
  },
});

/** What the program sets itself; that counts more than what its document says. */
function settingsOf(inputs: Values): Partial<RestApiModel> {
  const type = text(map<unknown>(inputs.endpointConfiguration).types);
  const compression = text(inputs.minimumCompressionSize);
  const policy = text(inputs.policy);
  return {
    ...(type && { endpointType: type as RestApiModel["endpointType"] }),
    ...(list(inputs.binaryMediaTypes).length > 0 && { binaryMediaTypes: list(inputs.binaryMediaTypes) }),
    // -1 takes compression back.
    ...(compression && { minimumCompressionSize: Number(compression) < 0 ? undefined : Number(compression) }),
    ...(inputs.disableExecuteApiEndpoint !== undefined && {
      disableExecuteApiEndpoint: flag(inputs.disableExecuteApiEndpoint),
    }),
    ...(inputs.apiKeySource !== undefined && {
      apiKeySource: inputs.apiKeySource === "AUTHORIZER" ? "AUTHORIZER" : "HEADER",
    }),
    ...(policy && { policy }),
  };
}
