/** aws:apigatewayv2/integration:Integration (CreateIntegration). */
import type { apigatewayv2 } from "@pulumi/aws";
import type { Values } from "../../engine/values.ts";
import type { HttpIntegrationModel } from "../../model.ts";
import { forReaders, forVpcLinks, forWebSockets } from "../apigateway/because.ts";
import { integrationUri } from "../apigateway/integration.ts";
import { notServed, served } from "../contract.ts";
import { list, map, number, resourceType, stableId, text } from "../resource-type.ts";

const IN_A_VPC = "VPC links do not run here, so requests for it are answered with 503";

export const httpIntegration = resourceType<apigatewayv2.Integration, apigatewayv2.IntegrationArgs>(
  "aws:apigatewayv2/integration:Integration",
  {
    inputs: {
      apiId: served,
      connectionId: notServed(IN_A_VPC),
      connectionType: notServed(IN_A_VPC, { unless: ["INTERNET"] }),
      contentHandlingStrategy: forWebSockets,
      credentialsArn: served,
      description: forReaders,
      integrationMethod: served,
      integrationSubtype: notServed(
        "services are not called without a function, so requests for it are answered with 500",
      ),
      integrationType: served,
      integrationUri,
      passthroughBehavior: forWebSockets,
      payloadFormatVersion: served,
      region: served,
      requestParameters: served,
      requestTemplates: forWebSockets,
      responseParameters: { parts: { mappings: served, statusCode: served } },
      templateSelectionExpression: forWebSockets,
      timeoutMilliseconds: served,
      tlsConfig: {
        parts: { serverNameToVerify: forVpcLinks },
      },
    },

    create: ({ urn, inputs }) => ({
      id: stableId(urn, 7),
      outputs: {
        connectionType: text(inputs.connectionType) ?? "INTERNET",
        integrationMethod: methodOf(inputs),
        integrationResponseSelectionExpression: "",
        payloadFormatVersion: text(inputs.payloadFormatVersion) ?? "1.0",
        timeoutMilliseconds: number(inputs.timeoutMilliseconds, 30_000),
      },
    }),

    declare(resource, cloud) {
      const { id, inputs, outputs } = resource;
      const api = cloud.httpApi(inputs.apiId, resource);
      if (!api) return;
      api.integrations.push({
        id,
        type: inputs.integrationType as HttpIntegrationModel["type"],
        subtype: text(inputs.integrationSubtype),
        uri: text(inputs.integrationUri),
        httpMethod: text(outputs.integrationMethod),
        payloadFormatVersion: outputs.payloadFormatVersion as HttpIntegrationModel["payloadFormatVersion"],
        timeoutMilliseconds: outputs.timeoutMilliseconds as number,
        credentials: text(inputs.credentialsArn),
        isPrivate: outputs.connectionType === "VPC_LINK",
        requestParameters: map(inputs.requestParameters),
        responseParameters: Object.fromEntries(
          list<Values>(inputs.responseParameters).map(({ statusCode, mappings }) => [
            String(statusCode),
            map(mappings),
          ]),
        ),
      });
    },
  },
);

/** Functions are invoked with POST, whatever the program says. */
const methodOf = (inputs: Values): string | undefined =>
  inputs.integrationType === "AWS_PROXY" ? "POST" : text(inputs.integrationMethod);
