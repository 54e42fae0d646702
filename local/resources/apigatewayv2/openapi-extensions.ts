/**
 * What the local cloud does with each of API Gateway's extensions in the document of an HTTP API
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html).
 */

import { forReaders, forTheBill, forVpcLinks } from "../apigateway/because.ts";
import { integrationUri, NO_VPC_LINKS } from "../apigateway/integration.ts";
import type { ExtensionTable } from "../apigateway/openapi-extensions.ts";
import { type AnyContract, notServed, served, withoutEffect } from "../contract.ts";

const ofRestApis = withoutEffect("API Gateway reads it in the documents of REST APIs only");
const NOT_CALLED = "services are not called without a function, so requests for it are answered with 500";

const INTEGRATION: AnyContract = {
  cacheKeyParameters: ofRestApis,
  cacheNamespace: ofRestApis,
  connectionId: notServed(NO_VPC_LINKS),
  connectionType: notServed(NO_VPC_LINKS, { unless: ["INTERNET", "internet"] }),
  contentHandling: ofRestApis,
  credentials: served,
  httpMethod: served,
  integrationSubtype: notServed(NOT_CALLED),
  integrationTarget: ofRestApis,
  passthroughBehavior: ofRestApis,
  payloadFormatVersion: served,
  requestParameters: served,
  requestTemplates: ofRestApis,
  responseParameters: served,
  responses: ofRestApis,
  responseTransferMode: ofRestApis,
  timeoutInMillis: served,
  tlsConfig: forVpcLinks,
  type: served,
  uri: integrationUri,
  $ref: served,
};

const AUTHORIZER: AnyContract = {
  authorizerCredentials: served,
  authorizerPayloadFormatVersion: served,
  authorizerResultTtlInSeconds: served,
  authorizerUri: served,
  enableSimpleResponses: served,
  identitySource: served,
  identityValidationExpression: ofRestApis,
  jwtConfiguration: served,
  providerARNs: ofRestApis,
  type: served,
};

export const HTTP_EXTENSIONS: ExtensionTable = {
  extensions: {
    "any-method": served,
    "api-key-source": ofRestApis,
    auth: ofRestApis,
    authorizer: { parts: AUTHORIZER },
    authtype: served,
    "binary-media-types": ofRestApis,
    cors: notServed("the provider takes it away again after the import, on AWS too; set corsConfiguration"),
    documentation: forReaders,
    "endpoint-access-mode": ofRestApis,
    "endpoint-configuration": { parts: { disableExecuteApiEndpoint: served } },
    "gateway-responses": ofRestApis,
    "importexport-version": served,
    integration: { parts: INTEGRATION },
    integrations: served,
    "minimum-compression-size": ofRestApis,
    policy: ofRestApis,
    "request-validator": ofRestApis,
    "request-validators": ofRestApis,
    "security-policy": ofRestApis,
    "tag-value": forTheBill,
  },
  maps: { integrations: INTEGRATION },
};
