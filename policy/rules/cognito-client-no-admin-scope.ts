import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-client-no-admin-scope",
  description: "No client asks for aws.cognito.signin.user.admin.",
  why: "A token with it may change its user's attributes and password through the API.",
  answersTo: ["AWS Cognito: scopes, M2M, and resource servers"],
  level: "mandatory",
  types: ["aws:cognito/userPoolClient:UserPoolClient"],
  check({ allowedOauthScopes = [] }) {
    return allowedOauthScopes.includes("aws.cognito.signin.user.admin")
      ? "allowedOauthScopes has aws.cognito.signin.user.admin; remove it."
      : undefined;
  },
} satisfies ResourceRule;
