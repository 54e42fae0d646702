/**
 * Finds the stage, the route and the integration of a request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).
 */
import type { CompiledHttpApi } from "./compiled-api.ts";
import type { HttpExchange, RoutedHttpExchange } from "./http-exchange.ts";
import { HttpApiRefusal } from "./refusal.ts";

/**
 * A first segment that is a stage's name is the stage, whatever routes there are.
 * @returns whether a route takes the request
 * @throws HttpApiRefusal 404 without a stage
 */
export function routeRequest(
  { model, routes }: CompiledHttpApi,
  exchange: HttpExchange,
): exchange is RoutedHttpExchange {
  const { requestPath } = exchange;
  const end = requestPath.indexOf("/", 1);
  const first = requestPath.slice(1, end < 0 ? undefined : end);
  const named = first === "" ? undefined : model.stages.find(({ name }) => name === first && name !== "$default");
  exchange.stage = named ?? model.stages.find(({ name }) => name === "$default");
  if (!exchange.stage) throw new HttpApiRefusal(404, `The API has no stage ${first || "$default"}.`);
  if (!exchange.stage.autoDeploy && exchange.stage.deploymentId === "") {
    throw new HttpApiRefusal(
      404,
      `The stage ${exchange.stage.name} has no deployment; set autoDeploy or deploymentId.`,
    );
  }
  const path = named ? (end < 0 ? "/" : requestPath.slice(end)) : requestPath;
  const match = routes.match(exchange.httpMethod, path);
  if (!match) return false;
  exchange.route = match.route;
  exchange.integration = model.integrations.find(({ id }) => id === match.route.integrationId);
  for (const [name, value] of Object.entries(match.pathParameters)) exchange.pathParameters[name] = decoded(value);
  return true;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
