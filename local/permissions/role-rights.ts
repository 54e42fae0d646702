/**
 * What a role may do, as far as its own policies say it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
import { matchesWildcard } from "./wildcards.ts";

type Statement = Record<string, unknown>;

/** Whether a policy of the role denies it, so that no other policy can allow it. */
export function roleIsDenied(statements: readonly Statement[], action: string, resource: string): boolean {
  const denying = statements.filter(({ Effect }) => Effect === "Deny");
  return denying.some((statement) => applies(statement, action, resource) === true);
}

/**
 * @param statements of all the policies of the role
 * @returns `undefined` when it hangs on what is not looked at: conditions, and what a statement excepts
 */
export function roleMay(statements: readonly Statement[], action: string, resource: string): boolean | undefined {
  const found = { Allow: false, Deny: false, unclear: false };
  for (const statement of statements) {
    const matches = applies(statement, action, resource);
    if (matches === undefined) found.unclear = true;
    else if (matches) found[statement.Effect === "Deny" ? "Deny" : "Allow"] = true;
  }
  if (found.Deny) return false;
  return found.unclear ? undefined : found.Allow;
}

function applies(statement: Statement, action: string, resource: string): boolean | undefined {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const isNamed = [Action ?? []]
    .flat()
    .some((pattern) => matchesWildcard(String(pattern).toLowerCase(), action.toLowerCase()));
  if (NotAction === undefined && !isNamed) return false;
  const resources = [Resource ?? []].flat().map((pattern) => String(pattern).replace(/^arn:aws[\w-]*:/, "arn:aws:"));
  // Policy variables stand for a text that is known of a session only.
  const named = resources.some((pattern) => matchesWildcard(pattern.replace(/\$\{[^}]*\}/g, "*"), resource));
  if (NotResource === undefined && !named) return false;
  const hasVariables = resources.some((pattern) => pattern.includes("${"));
  return NotAction !== undefined || NotResource !== undefined || Condition !== undefined || hasVariables
    ? undefined
    : true;
}
