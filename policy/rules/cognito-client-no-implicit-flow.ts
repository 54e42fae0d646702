import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-client-no-implicit-flow",
  description: "Clients use the code flow.",
  why: "The implicit flow leaves tokens in the browser's history, and a stolen redirect is a stolen token.",
  answersTo: ["RFC 9700 section 2.1.2"],
  level: "mandatory",
  types: ["aws:cognito/userPoolClient:UserPoolClient"],
  check({ allowedOauthFlows = [] }) {
    return allowedOauthFlows.includes("implicit") ? "allowedOauthFlows has implicit; use code, with PKCE." : undefined;
  },
} satisfies ResourceRule;
