import { methodsOf, methodTypes } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-input-validated",
  description: "API Gateway checks the input that a method declares.",
  why: "What is declared and not checked reaches the function as whoever calls likes it.",
  answersTo: ["cdk-nag AwsSolutions-APIG2"],
  level: "mandatory",
  types: methodTypes,
  check(_, resource) {
    return methodsOf(resource)
      .filter(({ takesInput, validated }) => takesInput && !validated)
      .map(({ label }) => `${label} declares input without a validator; add one.`);
  },
} satisfies ResourceRule;
