/**
 * How an integration names a Lambda function: `arn:<partition>:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations`
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html, `uri`).
 */
import { partitionOf } from "../resource-type.ts";

export const invocationArn = (region: string, functionArn: string): string =>
  `arn:${partitionOf(region)}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;

/** API Gateway takes a doubled slash after `path`, which hand-written templates often have. */
const INVOCATION = /^arn:[^:]+:apigateway:[^:]+:lambda:path\/{1,2}2015-03-31\/functions\/(.+)\/invocations$/;

/** The function in an integration's URI, or `undefined` when it names something else. */
export function functionOf(uri: string | undefined): string | undefined {
  return INVOCATION.exec(uri ?? "")?.[1];
}
