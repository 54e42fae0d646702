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
import { type AccessLog, accessLog } from "./access-log.ts";
import { CognitoAuthorizer } from "./cognito-authorizer.ts";
import { RequestIds } from "./request-ids.ts";
import { Router } from "./router.ts";
import { StagedMethods } from "./staged-method.ts";
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
  stagedMethods: StagedMethods;
  /** Of the stages that declare one. */
  accessLogs: Map<StageDefinition, AccessLog>;
  usagePlans: UsagePlans;
  requestValidator: RequestValidator;
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
    stagedMethods: new StagedMethods(),
    accessLogs: new Map(
      definition.stages.flatMap((stage) => (stage.accessLog ? [[stage, accessLog(stage.accessLog.format)]] : [])),
    ),
    usagePlans: new UsagePlans(definition),
    requestValidator: new RequestValidator(definition),
  };
}
