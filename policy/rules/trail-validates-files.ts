import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "trail-validates-files",
  description: "An audit trail shows when it was tampered with.",
  why: "Who covers their tracks would otherwise only have to edit a file.",
  answersTo: ["Security Hub CloudTrail.4"],
  level: "mandatory",
  // Not `awsx:cloudtrail:Trail`: the component is registered without inputs, and its trail is a resource of this type.
  types: ["aws:cloudtrail/trail:Trail"],
  check({ enableLogFileValidation }) {
    return enableLogFileValidation === true ? undefined : "enableLogFileValidation is not true; set it.";
  },
} satisfies ResourceRule;
