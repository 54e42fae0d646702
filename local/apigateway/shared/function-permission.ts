/**
 * Whether an API may invoke a function: `aws.lambda.Permission` for `apigateway.amazonaws.com`, matched against the ARN of
 * what calls (https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html).
 */
import { matchesWildcard } from "./wildcards.ts";

/** @param principal absent from what is known to be for API Gateway */
export interface Permission {
  functionArn: string;
  principal?: string;
  sourceArn: string | undefined;
}

/** @param sources ARNs by which the caller may be named; one that matches is enough */
export function mayInvoke(
  permissions: readonly Permission[],
  functionArn: string,
  sources: readonly string[],
): boolean {
  return permissions.some(
    ({ functionArn: subject, principal = API_GATEWAY, sourceArn }) =>
      subject === functionArn &&
      (principal === API_GATEWAY || principal === "*") &&
      (sourceArn === undefined || sources.some((source) => matchesWildcard(sourceArn, source))),
  );
}

const API_GATEWAY = "apigateway.amazonaws.com";
