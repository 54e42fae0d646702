/**
 * A REST API made ready to answer: its definition, compiled once, with what its requests look up.
 */
import type {
  ApiResourceDefinition,
  AuthorizerDefinition,
  GatewayResponseDefinition,
  MethodDefinition,
  RestApiDefinition,
  StageDefinition,
} from "../definitions.ts";
import type { InvokeFunction, TokenIssuer, World } from "../world.ts";
import { CognitoAuthorizer } from "./cognito-authorizer.ts";
import { RequestIds } from "./request-ids.ts";
import { Router } from "./router.ts";

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
  /** By id; those of other types only refuse. */
  authorizers: Map<string, AuthorizerDefinition>;
  cognitoAuthorizers: Map<string, CognitoAuthorizer>;
  gatewayResponses: Map<string, GatewayResponseDefinition>;
  /** On which stages a method was found to have the permission to invoke its function. */
  permitted: Map<MethodDefinition, Set<string>>;
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
    authorizers: new Map(definition.authorizers.map((authorizer) => [authorizer.id, authorizer])),
    cognitoAuthorizers: new Map(
      definition.authorizers
        .filter(({ type }) => type === "COGNITO_USER_POOLS")
        .map((authorizer) => [authorizer.id, new CognitoAuthorizer(authorizer, services)]),
    ),
    gatewayResponses: new Map(definition.gatewayResponses.map((response) => [response.responseType, response])),
    permitted: new Map(),
  };
}
