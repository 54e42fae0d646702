/**
 * Whether an API may invoke a function: `aws.lambda.Permission` for `apigateway.amazonaws.com`, matched against the ARN of
 * what calls (https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html).
 */
import type { FunctionPermissionModel } from "../../model.ts";

/** @param sources ARNs by which the caller may be named; one that matches is enough */
export function mayInvoke(
  permissions: readonly FunctionPermissionModel[],
  functionArn: string,
  sources: readonly string[],
): boolean {
  return permissions.some(
    ({ functionArn: subject, principal, sourceArn }) =>
      subject === functionArn &&
      (principal === "apigateway.amazonaws.com" || principal === "*") &&
      (sourceArn === undefined || sources.some((source) => matchesArn(sourceArn, source))),
  );
}

/** An ARN pattern with `*` and `?`, as IAM's `ArnLike`. */
function matchesArn(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(arn);
}
