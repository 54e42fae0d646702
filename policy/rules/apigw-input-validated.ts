import { methodsOf } from "../rest-apis.ts";
import type { StackRule } from "../rule.ts";

export default {
  kind: "stack",
  name: "apigw-input-validated",
  description: "API Gateway checks the input that a method declares.",
  why: "What is declared and not checked reaches the function as whoever calls likes it.",
  answersTo: ["cdk-nag AwsSolutions-APIG2"],
  level: "mandatory",
  check(resources) {
    return methodsOf(resources)
      .filter(({ takesInput, validated }) => takesInput && !validated)
      .map(({ resource, label }) => ({ resource, message: `${label} declares input without a validator; add one.` }));
  },
} satisfies StackRule;
