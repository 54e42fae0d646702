import { methodsOf, methodTypes } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-method-authorized",
  description: "Every method but a preflight has an authorizer.",
  why: "A method without one answers everybody.",
  answersTo: ["cdk-nag AwsSolutions-APIG4", "cdk-nag AwsSolutions-COG4"],
  level: "mandatory",
  types: methodTypes,
  check(_, resource) {
    return methodsOf(resource)
      .filter(({ httpMethod, authorization }) => httpMethod !== "OPTIONS" && authorization === "NONE")
      .map(({ label }) => `${label} is open to everybody; give it an authorizer.`);
  },
} satisfies ResourceRule;
