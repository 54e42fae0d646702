import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-threat-protection-needs-plus",
  description: "A pool with threat protection is on the PLUS plan.",
  why: "Cognito refuses the deployment half-way with FeatureUnavailableInTierException.",
  answersTo: ["cdk-nag AwsSolutions-COG8"],
  level: "mandatory",
  types: ["aws:cognito/userPool:UserPool"],
  check({ userPoolAddOns, userPoolTier }) {
    const mode = userPoolAddOns?.advancedSecurityMode ?? "OFF";
    if (mode === "OFF" || userPoolTier === "PLUS") return undefined;
    return `advancedSecurityMode is ${mode} on the plan ${userPoolTier ?? "ESSENTIALS"}; set userPoolTier to PLUS.`;
  },
} satisfies ResourceRule;
