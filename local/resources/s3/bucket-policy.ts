/**
 * Whom a bucket's policy keeps out or lets in, as far as it is looked at
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
import type { Values } from "../../engine/values.ts";
import { statementsOf } from "../policy-statements.ts";

/** @param policy JSON text, or the document itself. @returns whether it denies anything to who calls over TLS, as API Gateway does */
export const denies = (policy: unknown): boolean =>
  // What cannot be read may deny.
  statementsOf(policy)?.some((statement) => statement.Effect === "Deny" && !isOfPlainHttp(statement)) ?? true;

/** Of the bucket's own account: to a role it adds what it allows. */
export const allows = (policy: unknown): boolean =>
  statementsOf(policy)?.some(({ Effect }) => Effect === "Allow") ?? true;

function isOfPlainHttp({ Condition }: Values): boolean {
  const text = JSON.stringify(Condition ?? null).replaceAll('"false"', "false");
  return text === '{"Bool":{"aws:SecureTransport":false}}' || text === '{"Bool":{"aws:SecureTransport":[false]}}';
}
