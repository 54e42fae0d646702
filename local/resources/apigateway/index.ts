/** The resource types of API Gateway REST APIs. */
import type { ResourceType } from "../resource-type.ts";
import { account } from "./account.ts";
import { apiKey } from "./api-key.ts";
import { authorizer } from "./authorizer.ts";
import { basePathMapping } from "./base-path-mapping.ts";
import { clientCertificate } from "./client-certificate.ts";
import { deployment } from "./deployment.ts";
import { documentationPart } from "./documentation-part.ts";
import { documentationVersion } from "./documentation-version.ts";
import { domainName } from "./domain-name.ts";
import { domainNameAccessAssociation } from "./domain-name-access-association.ts";
import { integration } from "./integration.ts";
import { integrationResponse } from "./integration-response.ts";
import { method } from "./method.ts";
import { methodResponse } from "./method-response.ts";
import { methodSettings } from "./method-settings.ts";
import { model } from "./model.ts";
import { requestValidator } from "./request-validator.ts";
import { resource } from "./resource.ts";
import { response } from "./response.ts";
import { restApi } from "./rest-api.ts";
import { restApiPolicy } from "./rest-api-policy.ts";
import { restApiPut } from "./rest-api-put.ts";
import { stage } from "./stage.ts";
import { usagePlan } from "./usage-plan.ts";
import { usagePlanKey } from "./usage-plan-key.ts";
import { vpcLink } from "./vpc-link.ts";

export const apigatewayTypes: readonly ResourceType[] = [
  ...[restApi, restApiPut, restApiPolicy, resource, method, integration, methodResponse, integrationResponse],
  ...[authorizer, requestValidator, model, response, deployment, stage, methodSettings],
  ...[apiKey, usagePlan, usagePlanKey, domainName, basePathMapping, domainNameAccessAssociation],
  ...[vpcLink, clientCertificate, documentationPart, documentationVersion, account],
];
