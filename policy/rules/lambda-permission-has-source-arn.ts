import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "lambda-permission-has-source-arn",
  description: "A service may run a function only for a resource that is named.",
  why: "Any API of any account could have the function run in its name otherwise.",
  answersTo: ["Security Hub Lambda.1", "Pulumi compliance-policies: lambda permission, configureSourceArn"],
  level: "mandatory",
  types: ["aws:lambda/permission:Permission"],
  check({ principal, sourceArn }) {
    if (principal === "*") return "principal is *: everybody may run the function; name a service.";
    if (!String(principal).endsWith(".amazonaws.com")) return undefined;
    if (!sourceArn) return "The permission has no sourceArn; name the method, rule or bucket.";
    const wide = principal === "apigateway.amazonaws.com" && /:[^:/]+(?:\/\*)*$/.test(sourceArn);
    return wide ? `sourceArn ${sourceArn} is every method of the API; name the method and path.` : undefined;
  },
} satisfies ResourceRule;
