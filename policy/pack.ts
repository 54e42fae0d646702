/** The policy pack: `npx pulumi preview --policy-pack policy`. It only composes; each rule is a file in `rules/`. */
import { PolicyPack } from "@pulumi/policy";
import { exemptions } from "./exemptions.ts";
import { toPolicy } from "./rule.ts";
import { rules } from "./rules/index.ts";

new PolicyPack("demo-auth", { policies: rules.map((rule) => toPolicy(rule, exemptions)) });
