import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-client-no-user-existence-errors",
  description: "Sign-in does not tell whether a user exists.",
  why: "Otherwise anybody can test a list of addresses against the pool.",
  answersTo: ["OWASP WSTG-IDNT-04", "AWS Cognito: managing error responses"],
  level: "mandatory",
  types: ["aws:cognito/userPoolClient:UserPoolClient"],
  check({ preventUserExistenceErrors }) {
    return preventUserExistenceErrors === "ENABLED" ? undefined : "preventUserExistenceErrors is not ENABLED; set it.";
  },
} satisfies ResourceRule;
