import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-threat-protection",
  description: "Threat protection is enforced, for custom authentication too.",
  why: "Leaked passwords and sign-ins from strange places go unnoticed without it.",
  answersTo: ["cdk-nag AwsSolutions-COG3", "Security Hub Cognito.1", "Security Hub Cognito.4"],
  level: "mandatory",
  types: ["aws:cognito/userPool:UserPool"],
  check({ userPoolAddOns: addOns }) {
    if (addOns?.advancedSecurityMode !== "ENFORCED") return "advancedSecurityMode is not ENFORCED; enforce it.";
    const custom = addOns.advancedSecurityAdditionalFlows?.customAuthMode;
    return custom === "ENFORCED" ? undefined : "customAuthMode is not ENFORCED; enforce it.";
  },
} satisfies ResourceRule;
