/**
 * A REST API made ready to answer: its model, compiled once, with what its requests look up.
 */
import type { RestApiModel, StageModel } from "../../model.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { RequestIds } from "../shared/request-ids.ts";
import { type AccessLog, accessLog } from "./access-log.ts";
import { CognitoAuthorizer } from "./cognito-authorizer.ts";
import type { RequestedApi, RoutedGatewayExchange } from "./gateway-exchange.ts";
import { compileGatewayResponses, type GatewayResponse } from "./gateway-responses.ts";
import type { Route } from "./route.ts";
import { Router } from "./router.ts";
import { StagedMethods } from "./staged-method.ts";
import { UsagePlans } from "./usage-plans.ts";
import { RequestValidator } from "./validate-request.ts";

export interface CompiledApi extends RequestedApi {
  ids: RequestIds;
  stages: Map<string, StageModel>;
  router: Router<Route>;
  /** By id */
  cognitoAuthorizers: Map<string, CognitoAuthorizer>;
  /** Made at the first request that needs it. */
  admission: { admit(exchange: RoutedGatewayExchange): Promise<void> } | undefined;
  /** By response type */
  gatewayResponses: Map<string, GatewayResponse>;
  stagedMethods: StagedMethods;
  /** Of the stages that declare one. */
  accessLogs: Map<StageModel, AccessLog>;
  usagePlans: UsagePlans;
  requestValidator: RequestValidator;
}

export function compileApi(model: RestApiModel, services: ApiServices): CompiledApi {
  return {
    model,
    services,
    ids: new RequestIds(services.platform),
    stages: new Map(model.stages.map((stage) => [stage.name, stage])),
    router: new Router<Route>(model.resources, (resource, httpMethod) => ({
      resource,
      method: resource.methods.find((method) => method.httpMethod === httpMethod)!,
    })),
    cognitoAuthorizers: new Map(
      model.authorizers
        .filter(({ type }) => type === "COGNITO_USER_POOLS")
        .map((authorizer) => [authorizer.id, new CognitoAuthorizer(authorizer, services)]),
    ),
    admission: undefined,
    gatewayResponses: compileGatewayResponses(model.gatewayResponses),
    stagedMethods: new StagedMethods(),
    accessLogs: new Map(
      model.stages.flatMap((stage) => (stage.accessLog ? [[stage, accessLog(stage.accessLog.format)]] : [])),
    ),
    usagePlans: new UsagePlans(model),
    requestValidator: new RequestValidator(model),
  };
}
