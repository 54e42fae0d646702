import { isForAllMethods, methodSettingsType, stagesWithoutSettings } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-throttled",
  description: "Every stage has limits of its own on rate and burst.",
  why: "One caller can use up the whole account's share otherwise, and run up the bill.",
  answersTo: ["OWASP API4:2023", "AWS API Gateway: throttling"],
  level: "mandatory",
  types: [methodSettingsType],
  check(props) {
    if (!isForAllMethods(props)) return undefined;
    const { throttlingRateLimit, throttlingBurstLimit } = props.settings ?? {};
    // The default is -1: no limit.
    if (throttlingRateLimit > 0 && throttlingBurstLimit > 0) return undefined;
    return "The settings of */* do not throttle; set throttlingRateLimit and throttlingBurstLimit.";
  },
  checkStack(resources) {
    return stagesWithoutSettings(resources).map((resource) => ({
      resource,
      message: "The stage is not throttled; add MethodSettings for */* with both limits.",
    }));
  },
} satisfies ResourceRule;
