import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-password-strength",
  description: "Passwords have at least eight characters of all four classes.",
  why: "A short password is guessed, or found in a list of leaked ones.",
  answersTo: ["cdk-nag AwsSolutions-COG1", "Security Hub Cognito.3"],
  level: "mandatory",
  types: ["aws:cognito/userPool:UserPool"],
  check({ passwordPolicy: policy }) {
    if (!policy) return "The pool has no passwordPolicy; set one.";
    if (!(policy.minimumLength >= 8)) return "passwordPolicy.minimumLength is below 8; raise it.";
    const classes = ["requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols"];
    const missing = classes.filter((one) => policy[one] !== true);
    return missing.length > 0 ? `passwordPolicy lacks ${missing.join(", ")}; set them to true.` : undefined;
  },
} satisfies ResourceRule;
