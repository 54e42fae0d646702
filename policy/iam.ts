/** The statements of IAM policies that a program writes. */
import type { Resource } from "./rule.ts";

export const rolePolicyTypes = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", "aws:iam/role:Role"];

interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: string | string[];
}

/** What is allowed: by the policy of a RolePolicy or Policy, or by the inline policies of a Role. */
export function allowed(props: Resource["props"]): { actions: string[]; resources: string[] }[] {
  const policies: unknown[] = [
    props.policy,
    ...(props.inlinePolicies ?? []).map((one: { policy: unknown }) => one.policy),
  ];
  return policies
    .filter((policy) => policy !== undefined)
    .flatMap((policy): Statement[] => {
      const document = typeof policy === "string" ? JSON.parse(policy) : policy;
      return [document.Statement].flat();
    })
    .filter((statement) => statement.Effect === "Allow")
    .map(({ Action = [], Resource = [] }) => ({ actions: [Action].flat(), resources: [Resource].flat() }));
}
