import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "log-retention-set",
  description: "Every log group forgets after a set time.",
  why: "What is kept for ever is paid for ever, and leaks for ever.",
  answersTo: ["Security Hub CloudWatch.16"],
  level: "mandatory",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check({ retentionInDays }) {
    return retentionInDays > 0 ? undefined : "retentionInDays is not set; set it.";
  },
} satisfies ResourceRule;
