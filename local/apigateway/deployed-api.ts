/**
 * A REST API made ready to answer: its definition, compiled once, with what its requests look up.
 */
import type {
  ApiResourceDefinition,
  GatewayResponseDefinition,
  MethodDefinition,
  RestApiDefinition,
  StageDefinition,
} from "../definitions.ts";
import type { InvokeFunction, TokenIssuer, World } from "../world.ts";
import { CognitoAuthorizer } from "./cognito-authorizer.ts";
import { RequestIds } from "./request-ids.ts";
import { Router } from "./router.ts";
import type { TokenBucket } from "./throttle.ts";
import { UsagePlans } from "./usage-plans.ts";
import { RequestValidator } from "./validate-request.ts";

export interface ApiServices {
  world: World;
  invoke: InvokeFunction;
  tokenIssuer(userPoolArn: string): TokenIssuer | undefined;
}

export interface Route {
  resource: ApiResourceDefinition;
  method: MethodDefinition;
}

export interface DeployedApi {
  definition: RestApiDefinition;
  services: ApiServices;
  ids: RequestIds;
  stages: Map<string, StageDefinition>;
  router: Router<Route>;
  /** By id */
  cognitoAuthorizers: Map<string, CognitoAuthorizer>;
  gatewayResponses: Map<string, GatewayResponseDefinition>;
  /** On which stages a method was found to have the permission to invoke its function. */
  permitted: Map<MethodDefinition, Set<string>>;
  usagePlans: UsagePlans;
  requestValidator: RequestValidator;
  /** Stage throttling, by stage and method. */
  methodBuckets: Map<string, TokenBucket | "unlimited">;
}

export function deployApi(definition: RestApiDefinition, services: ApiServices): DeployedApi {
  return {
    definition,
    services,
    ids: new RequestIds(services.world),
    stages: new Map(definition.stages.map((stage) => [stage.name, stage])),
    router: new Router<Route>(definition.resources, (resource, httpMethod) => ({
      resource,
      method: resource.methods.find((method) => method.httpMethod === httpMethod)!,
    })),
    cognitoAuthorizers: new Map(
      definition.authorizers
        .filter(({ type }) => type === "COGNITO_USER_POOLS")
        .map((authorizer) => [authorizer.id, new CognitoAuthorizer(authorizer, services)]),
    ),
    gatewayResponses: new Map(definition.gatewayResponses.map((response) => [response.responseType, response])),
    permitted: new Map(),
    usagePlans: new UsagePlans(definition),
    requestValidator: new RequestValidator(definition),
    methodBuckets: new Map(),
  };
}
