import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-deletion-protection",
  description: "The pool cannot be deleted by accident.",
  why: "A deleted pool takes every user and password with it; there is no backup.",
  answersTo: ["Security Hub Cognito.6"],
  level: "mandatory",
  types: ["aws:cognito/userPool:UserPool"],
  check({ deletionProtection }, { protect }) {
    if (deletionProtection !== "ACTIVE") return "deletionProtection is not ACTIVE; set it.";
    return protect ? undefined : "The resource is not protected in Pulumi; add the option protect: true.";
  },
} satisfies ResourceRule;
