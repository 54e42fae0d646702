/**
 * What PutIntegration refuses of a method and a URI (https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html;
 * recorded by LocalStack's test_apigateway_integrations, 2024-06, and test_apigateway_lambda, 2025-03).
 */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { text } from "../resource-type.ts";
import { markersIn } from "../unknown-outputs.ts";

const FUNCTION =
  /^arn:[^:]*:apigateway:[^:]*:lambda:path\/\d{4}-\d\d-\d\d\/functions\/.+\/(?:response-streaming-)?invocations$/;
const FIREHOSE = /^arn:[^:]*:apigateway:[^:]*:firehose:action\//;

/** @throws ResourceProblem */
export function refuseIntegration({ type, integrationHttpMethod, uri: given }: Values): void {
  if (type === "MOCK") return;
  if (text(integrationHttpMethod) === undefined) throw refused("Enumeration value for HttpMethod must be non-empty");
  const uri = text(given);
  // What a stage variable or an output that only AWS knows stands for may be anything.
  if (uri === undefined || markersIn(uri).length > 0 || uri.startsWith("${")) return;
  if (type === "HTTP" || type === "HTTP_PROXY") {
    if (!/^https?:\/\//i.test(uri)) throw refused("Invalid HTTP endpoint specified for URI");
    return;
  }
  if (!uri.startsWith("arn:")) throw refused("Invalid ARN specified in the request");
  if (!/^arn:[^:]*:apigateway:[^:]*:[^:]+:(?:path|action)\//.test(uri)) {
    const isFunction = /^arn:[^:]*:lambda:/.test(uri);
    const fix = isFunction ? " Write the function's invokeArn, not its arn." : "";
    throw refused(`AWS ARN for integration must contain path or action.${fix}`);
  }
  if (type === "AWS_PROXY" && !FUNCTION.test(uri) && !FIREHOSE.test(uri)) {
    throw refused(
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    );
  }
}

const refused = (why: string): ResourceProblem => new ResourceProblem(`BadRequestException: ${why}`);
