import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-mfa",
  description: "Everybody signs in with a second factor.",
  why: "A password alone is worth an account to whoever phished it.",
  answersTo: ["cdk-nag AwsSolutions-COG2", "Security Hub Cognito.5"],
  level: "mandatory",
  types: ["aws:cognito/userPool:UserPool"],
  check({ mfaConfiguration }) {
    return mfaConfiguration === "ON" ? undefined : `mfaConfiguration is ${mfaConfiguration ?? "OFF"}; set it to ON.`;
  },
} satisfies ResourceRule;
