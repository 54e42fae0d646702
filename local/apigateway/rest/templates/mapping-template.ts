/**
 * Mapping templates: the Velocity Template Language with API Gateway's `$input`, `$context`, `$stageVariables` and `$util`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html).
 */

import { withinTime } from "../../../time-limit.ts";
import { GatewayError } from "../gateway-error.ts";
import type { RoutedGatewayExchange } from "../gateway-exchange.ts";
import { templateContext } from "./template-context.ts";
import { inputVariable } from "./template-input.ts";
import { UTIL } from "./template-util.ts";
import { renderTemplate } from "./velocity/render.ts";
import { parseTemplate, type Template } from "./velocity/syntax.ts";

/** Regular expressions with a quantifier, or that are not written out, and loops in loops. */
const takesItsTime = (source: string): boolean =>
  /\.(?:matches|replaceAll|replaceFirst|split)\s*\((?!\s*(?:'[^'*+?{]*'|"[^"*+?{$]*"))|=~|#\{?macro|#\{?define/.test(
    source,
  ) || source.split("foreach").length > 2;

/** Read once each: APIs have few templates, and a request renders at most two. */
const parsed = new Map<string, { template: Template; isLong: boolean }>();

/**
 * What the template assigns to `$context.requestOverride` and `$context.responseOverride` is kept on the exchange.
 * @param body what `$input` reads: the request's body, or what the integration answered
 * @throws GatewayError `API_CONFIGURATION_ERROR` for a template that cannot be rendered
 */
export function renderMappingTemplate(source: string, exchange: RoutedGatewayExchange, body: string): string {
  try {
    const { template, isLong } = read(source);
    const variables = new Map<string, unknown>([
      ["context", templateContext(exchange)],
      ["input", inputVariable(exchange, body)],
      ["stageVariables", new Map(Object.entries(exchange.stage.variables))],
      ["util", UTIL],
    ]);
    const render = () => renderTemplate(template, variables);
    return isLong ? withinTime("It", render) : render();
  } catch (error) {
    const [firstLine] = String((error as Error).message).split("\n");
    throw new GatewayError("API_CONFIGURATION_ERROR", `The mapping template cannot be rendered: ${firstLine}`);
  }
}

function read(source: string): { template: Template; isLong: boolean } {
  let found = parsed.get(source);
  if (!found) {
    found = { template: parseTemplate(source), isLong: takesItsTime(source) };
    parsed.set(source, found);
  }
  return found;
}
