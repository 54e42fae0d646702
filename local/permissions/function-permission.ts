/**
 * Whether a service may invoke a function: `aws.lambda.Permission` for the service's principal, matched against the ARN of
 * what calls (https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html).
 */
import { matchesWildcard } from "./wildcards.ts";

export interface Permission {
  functionArn: string;
  /** Absent from what is known to be for the service that asks. */
  principal?: string;
  sourceArn: string | undefined;
}

/** @param sources ARNs by which the caller may be named; one that matches is enough */
export function mayInvoke(
  permissions: readonly Permission[],
  service: "apigateway" | "cognito-idp" | "events" | "s3" | "sns",
  functionArn: string,
  sources: readonly string[],
): boolean {
  const asking = `${service}.amazonaws.com`;
  return permissions.some(
    ({ functionArn: subject, principal = asking, sourceArn }) =>
      subject === functionArn &&
      (principal === asking || principal === "*") &&
      (sourceArn === undefined || sources.some((source) => matchesWildcard(sourceArn, source))),
  );
}
