/** aws:apigateway/integration:Integration: what stands behind a method (PutIntegration, and its defaults). */
import type { apigateway } from "@pulumi/aws";
import { getsObject, leadsElsewhere, ONLY_CALLED } from "../../integration-target.ts";
import type { IntegrationModel } from "../../model.ts";
import { notServed, served, servedExcept } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { flag, map, number, resourceType, text } from "../resource-type.ts";
import { notCached } from "./because.ts";
import { refuseIntegration } from "./integration-uri.ts";
import { functionOf } from "./invocation-arn.ts";
import { refuseRequestMappings } from "./mapping-expressions.ts";
import { methodId, ofTheMethod } from "./method-id.ts";

type Integration = apigateway.Integration;
type IntegrationArgs = apigateway.IntegrationArgs;

/** Said of OpenAPI documents too. */
export const NO_VPC_LINKS = "there is no VPC here; HTTP integrations reach services on this machine only";
/** Where it leads; a MOCK integration leads nowhere, whatever its URI. */
export const integrationUri = servedExcept(
  `${ONLY_CALLED}, so requests for it are answered with 500`,
  (uri, { type, integrationHttpMethod, httpMethod }) =>
    typeof uri === "string" &&
    !/^mock$/i.test(text(type) ?? "") &&
    leadsElsewhere(uri) &&
    // Of the method that is called, which an OpenAPI document names httpMethod.
    !(/^aws$/i.test(text(type) ?? "") && getsObject(uri, text(integrationHttpMethod ?? httpMethod))),
);
export const NOT_STREAMED = "a response is sent when it is complete";

export const integration = resourceType<Integration, IntegrationArgs>("aws:apigateway/integration:Integration", {
  inputs: {
    cacheKeyParameters: notCached,
    cacheNamespace: notCached,
    connectionId: notServed(NO_VPC_LINKS),
    connectionType: notServed(NO_VPC_LINKS, { unless: ["INTERNET"] }),
    contentHandling: served,
    credentials: served,
    httpMethod: served,
    integrationHttpMethod: served,
    integrationTarget: notServed(NO_VPC_LINKS),
    passthroughBehavior: served,
    region: served,
    requestParameters: served,
    requestTemplates: served,
    resourceId: served,
    responseTransferMode: notServed(NOT_STREAMED, { unless: ["BUFFERED"] }),
    restApi: served,
    timeoutMilliseconds: served,
    tlsConfig: { parts: { insecureSkipVerification: served } },
    type: served,
    uri: integrationUri,
  },

  create({ inputs }) {
    refuseIntegration(inputs);
    return {
      id: methodId("agi", inputs),
      outputs: {
        passthroughBehavior: text(inputs.passthroughBehavior) ?? "WHEN_NO_MATCH",
        timeoutMilliseconds: number(inputs.timeoutMilliseconds, 29000),
        cacheNamespace: text(inputs.cacheNamespace) ?? inputs.resourceId,
        responseTransferMode: text(inputs.responseTransferMode) ?? "BUFFERED",
      },
    };
  },

  declare(resource, cloud) {
    warnOfUnawaited(resource, ofTheMethod("method:Method", resource), cloud);
    const { inputs, outputs } = resource;
    const uri = text(inputs.uri);
    const method = cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource);
    const requestParameters = map(inputs.requestParameters);
    cloud.atTheEnd(resource, () => refuseRequestMappings(requestParameters, Object.keys(method.requestParameters)));
    method.integration = {
      type: inputs.type as IntegrationModel["type"],
      httpMethod: text(inputs.integrationHttpMethod),
      uri,
      functionArn: functionOf(uri),
      credentials: text(inputs.credentials),
      timeoutMilliseconds: outputs.timeoutMilliseconds as number,
      passthroughBehavior: outputs.passthroughBehavior as IntegrationModel["passthroughBehavior"],
      contentHandling: text(inputs.contentHandling) as IntegrationModel["contentHandling"],
      skipsTlsVerification: flag(map<unknown>(inputs.tlsConfig).insecureSkipVerification),
      requestParameters,
      requestTemplates: map(inputs.requestTemplates),
      responses: [],
    };
  },
});
