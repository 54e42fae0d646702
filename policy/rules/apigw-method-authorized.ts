import { methodsOf } from "../rest-apis.ts";
import type { StackRule } from "../rule.ts";

export default {
  kind: "stack",
  name: "apigw-method-authorized",
  description: "Every method but a preflight has an authorizer.",
  why: "A method without one answers everybody.",
  answersTo: ["cdk-nag AwsSolutions-APIG4", "cdk-nag AwsSolutions-COG4"],
  level: "mandatory",
  check(resources) {
    return methodsOf(resources)
      .filter(({ httpMethod, authorization }) => httpMethod !== "OPTIONS" && authorization === "NONE")
      .map(({ resource, label }) => ({ resource, message: `${label} is open to everybody; give it an authorizer.` }));
  },
} satisfies StackRule;
