/** The statements of a policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
import type { Values } from "../engine/values.ts";

/**
 * @param policy JSON text, or the document itself; nothing for none
 * @returns `undefined` when it cannot be read, or is made of what only AWS knows
 */
export function statementsOf(policy: unknown): Values[] | undefined {
  if (policy === undefined || policy === null || policy === "") return [];
  try {
    const text = typeof policy === "string" ? policy : JSON.stringify(policy);
    if (/unknown-output-[0-9a-f]{8}/.test(text)) return undefined;
    const { Statement = [] } = JSON.parse(text) as { Statement?: Values | Values[] };
    return [Statement].flat();
  } catch {
    return undefined;
  }
}
