/**
 * What API Gateway refuses of mapped parameters when they are put: expressions that are none, and parameters that the method or
 * its response does not declare (https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html;
 * the words recorded by LocalStack's test_apigateway_api, 2024-12, and reported by people from AWS).
 */
import { ResourceProblem } from "../../engine/graph.ts";
import { markersIn } from "../unknown-outputs.ts";

const ANYWHERE = /^(?:'.*'|stageVariables\..+|context\..+)$/s;
const OF_REQUEST = /^method\.request\.(?:(?:multivalue)?(?:header|querystring)|path|body)\b/;
const OF_RESPONSE = /^integration\.response\.(?:(?:multivalue)?header|body)\b/;

/**
 * @param mapped of an integration: `integration.request.…` → expression
 * @param declared the parameters of the method: `method.request.header.X`
 * @throws ResourceProblem
 */
export function refuseRequestMappings(mapped: Record<string, string>, declared: readonly string[]): void {
  const known = new Set(declared.map((parameter) => parameter.toLowerCase()));
  refuse(
    Object.values(mapped).flatMap((expression) => {
      if (!OF_REQUEST.test(expression)) return isExpression(expression) ? [] : notAnExpression(expression);
      const parameter = expression.replace("multivalue", "").toLowerCase();
      return parameter.startsWith("method.request.body") || known.has(parameter) ? [] : notDeclared(expression);
    }),
  );
}

/**
 * @param mapped of an integration response: `method.response.header.X` → expression
 * @param declared the parameters of the method's response with its status; `undefined` when there is none
 * @throws ResourceProblem
 */
export function refuseResponseMappings(mapped: Record<string, string>, declared: readonly string[] | undefined): void {
  const entries = Object.entries(mapped);
  if (entries.length === 0) return;
  if (!declared) refuse(["No method response exists for method."]);
  const known = new Set(declared!.map((parameter) => parameter.toLowerCase()));
  refuse(
    entries.flatMap(([parameter, expression]) => [
      ...(known.has(parameter.toLowerCase()) ? [] : notDeclared(parameter)),
      ...(OF_RESPONSE.test(expression) || isExpression(expression) ? [] : notAnExpression(expression)),
    ]),
  );
}

const isExpression = (expression: string): boolean =>
  typeof expression !== "string" || ANYWHERE.test(expression) || markersIn(expression).length > 0;

const notAnExpression = (expression: string): string[] => [`Invalid mapping expression specified: ${expression}`];
const notDeclared = (parameter: string): string[] => [`Invalid mapping expression parameter specified: ${parameter}`];

function refuse(errors: readonly string[]): void {
  if (errors.length === 0) return;
  throw new ResourceProblem(
    `BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [${errors.join(", ")}]`,
  );
}
