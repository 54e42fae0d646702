/** An OpenAPI document as both kinds of API import it: OpenAPI 3 or Swagger 2, JSON or YAML. */
import { parse } from "yaml";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { map } from "../resource-type.ts";

/** @throws ResourceProblem for what is neither; the words were recorded by LocalStack's test_apigateway_import, 2025-11 */
export function parseDocument(body: string): Values {
  let document: unknown;
  try {
    document = parse(body);
  } catch (error) {
    const [where] = (error as Error).message.split(/:?\n/);
    throw new ResourceProblem(`BadRequestException: Invalid OpenAPI input. ${where}.`);
  }
  const version = map(document).openapi ?? map(document).swagger;
  if (!/^(?:2\.|3\.)/.test(String(version))) {
    throw new ResourceProblem("BadRequestException: The body is not an OpenAPI 3 or Swagger 2 document.");
  }
  return document as Values;
}

export const securitySchemes = (document: Values): Record<string, Values> =>
  map<Values>(map<unknown>(document.components).securitySchemes ?? document.securityDefinitions);

/** A local reference's target: `#/components/schemas/Order`. */
export function resolved(value: unknown, document: Values): unknown {
  const reference = map(value).$ref;
  if (typeof reference !== "string") return value;
  let target: unknown = document;
  for (const step of reference.replace(/^#\//, "").split("/")) {
    target = map<unknown>(target)[step.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  if (target === undefined) throw new ResourceProblem(`BadRequestException: Invalid model reference: ${reference}`);
  return target;
}
