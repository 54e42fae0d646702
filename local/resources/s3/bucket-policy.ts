/**
 * Whether a bucket's policy keeps somebody out. A statement that allows changes nothing for an API's role, which is of the
 * bucket's own account
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
import type { Values } from "../../engine/values.ts";

/** @param policy JSON text, or the document itself */
export function denies(policy: unknown): boolean {
  const document = typeof policy === "string" ? parsed(policy) : policy;
  if (document === undefined || document === null) return false;
  const { Statement } = document as { Statement?: Values | Values[] };
  return [Statement ?? []].flat().some((statement) => statement.Effect === "Deny" && !isOfPlainHttp(statement));
}

/** API Gateway calls S3 over TLS. */
function isOfPlainHttp({ Condition }: Values): boolean {
  const text = JSON.stringify(Condition ?? null).replaceAll('"false"', "false");
  return text === '{"Bool":{"aws:SecureTransport":false}}' || text === '{"Bool":{"aws:SecureTransport":[false]}}';
}

/** What cannot be read may deny. */
function parsed(policy: string): unknown {
  if (policy === "") return undefined;
  try {
    return JSON.parse(policy);
  } catch {
    return { Statement: [{ Effect: "Deny" }] };
  }
}
