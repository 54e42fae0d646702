import { allowed, rolePolicyTypes } from "../iam.ts";
import type { ResourceRule } from "../rule.ts";

/** X-Ray has no resources to name (Service Authorization Reference). */
const withoutResources = new Set(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]);

export default {
  kind: "resource",
  name: "lambda-no-star-actions",
  description: "Roles may do what they name, on what they name.",
  why: "A function that is taken over can do everything that a star stands for.",
  answersTo: ["cdk-nag AwsSolutions-IAM5", "Security Hub IAM.21"],
  level: "mandatory",
  types: [...rolePolicyTypes],
  check(props) {
    for (const { actions, resources } of allowed(props)) {
      const star = actions.find((action) => action.endsWith("*"));
      if (star !== undefined) return `The policy allows ${star}; name the actions.`;
      if (resources.includes("*") && !actions.every((action) => withoutResources.has(action))) {
        return `The policy allows ${actions.join(", ")} on everything; name the resources.`;
      }
    }
    return undefined;
  },
} satisfies ResourceRule;
