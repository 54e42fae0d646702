/**
 * Evaluates the policy that a Lambda authorizer returns: may `execute-api:Invoke` be done on the ARN of what is asked for
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html).
 */

export interface PolicyDocument {
  Version?: unknown;
  Statement?: unknown;
}

const INVOKE = "execute-api:invoke";

/**
 * An explicit Deny wins, then an Allow; what no statement covers is denied.
 * @param resource the ARN of the request: `arn:…:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>`
 * @returns `undefined` for a document that is not a policy
 */
export function policyAllows(policy: unknown, resource: string): boolean | undefined {
  if (typeof policy !== "object" || policy === null) return undefined;
  const statements = [(policy as PolicyDocument).Statement].flat();
  if (statements.some((statement) => typeof statement !== "object" || statement === null)) return undefined;
  const covering = (statements as Record<string, unknown>[]).filter((statement) => covers(statement, resource));
  return !covering.some(({ Effect }) => Effect === "Deny") && covering.some(({ Effect }) => Effect === "Allow");
}

function covers(statement: Record<string, unknown>, resource: string): boolean {
  // Conditions look at keys of a caller that an authorizer's policy never has here: an Allow with one must not let in.
  if (statement.Condition !== undefined && statement.Effect !== "Deny") return false;
  const actions = texts(statement.Action);
  const resources = texts(statement.Resource);
  const acts = actions
    ? actions.some((action) => wildcard(action.toLowerCase(), INVOKE))
    : !(texts(statement.NotAction) ?? []).some((action) => wildcard(action.toLowerCase(), INVOKE));
  const on = resources
    ? resources.some((pattern) => wildcard(pattern, resource))
    : !(texts(statement.NotResource) ?? []).some((pattern) => wildcard(pattern, resource));
  return acts && on;
}

const texts = (value: unknown): string[] | undefined => (value === undefined ? undefined : [value].flat().map(String));

/** `*` any number of characters, `?` one. */
function wildcard(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}
