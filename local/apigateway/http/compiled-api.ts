/** One HTTP API, with what is worked out once for all of its requests. */
import type { FunctionPermissionModel, HttpApiModel } from "../../model.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { RequestIds } from "../shared/request-ids.ts";
import type { TokenBucket } from "../shared/token-bucket.ts";
import type { AuthorizedCaller, RoutedHttpExchange } from "./http-exchange.ts";
import { JwtAuthorizer } from "./jwt-authorizer.ts";
import { LambdaAuthorizer } from "./lambda-authorizer.ts";
import { RouteKeys } from "./route-keys.ts";

export interface CompiledHttpApi {
  model: HttpApiModel;
  services: ApiServices;
  permissions: readonly FunctionPermissionModel[];
  ids: RequestIds;
  routes: RouteKeys;
  authorizers: Map<string, { authorize(exchange: RoutedHttpExchange): Promise<AuthorizedCaller> }>;
  /** By stage and route key, the function that the route may invoke: it is looked for with its first request. */
  functions: Map<string, string>;
  /** By stage and route key; `undefined` for no limit. */
  buckets: Map<string, TokenBucket | undefined>;
}

export function compileApi(
  model: HttpApiModel,
  services: ApiServices,
  permissions: readonly FunctionPermissionModel[],
): CompiledHttpApi {
  return {
    model,
    services,
    permissions,
    ids: new RequestIds(services.platform),
    routes: new RouteKeys(model.routes),
    authorizers: new Map(
      model.authorizers.map((authorizer) => [
        authorizer.id,
        authorizer.type === "JWT"
          ? new JwtAuthorizer(authorizer, model, services)
          : new LambdaAuthorizer(authorizer, model, services, permissions),
      ]),
    ),
    functions: new Map(),
    buckets: new Map(),
  };
}
