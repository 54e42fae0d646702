import { settingsOfAllMethods, stageType } from "../rest-apis.ts";
import type { StackRule } from "../rule.ts";

export default {
  kind: "stack",
  name: "apigw-throttled",
  description: "Every stage has limits of its own on rate and burst.",
  why: "One caller can use up the whole account's share otherwise, and run up the bill.",
  answersTo: ["OWASP API4:2023", "AWS API Gateway: throttling"],
  level: "mandatory",
  check(resources) {
    return resources
      .filter(({ type }) => type === stageType)
      .filter((stage) => {
        const { throttlingRateLimit, throttlingBurstLimit } = settingsOfAllMethods(stage, resources) ?? {};
        // The default is -1: no limit.
        return !(Number(throttlingRateLimit) > 0 && Number(throttlingBurstLimit) > 0);
      })
      .map((resource) => ({
        resource,
        message: "The stage is not throttled; add MethodSettings for */* with both limits.",
      }));
  },
} satisfies StackRule;
