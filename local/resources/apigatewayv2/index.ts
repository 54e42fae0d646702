/** The resource types of API Gateway's second version: HTTP APIs. */
import type { ResourceType } from "../resource-type.ts";
import { httpApi } from "./api.ts";
import { apiMapping } from "./api-mapping.ts";
import { httpAuthorizer } from "./authorizer.ts";
import { httpDeployment } from "./deployment.ts";
import { httpDomainName } from "./domain-name.ts";
import { httpIntegration } from "./integration.ts";
import { httpRoute } from "./route.ts";
import { httpStage } from "./stage.ts";
import { httpVpcLink } from "./vpc-link.ts";

export const apigatewayv2Types: readonly ResourceType[] = [
  ...[httpApi, httpAuthorizer, httpDeployment, httpIntegration, httpRoute, httpStage],
  ...[apiMapping, httpDomainName, httpVpcLink],
];
