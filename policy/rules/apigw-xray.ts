import { stageType } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-xray",
  description: "Every stage is traced.",
  why: "Nobody can tell whether the API, the authorizer or the function was slow otherwise.",
  answersTo: ["Security Hub APIGateway.3"],
  level: "mandatory",
  types: [stageType],
  check({ xrayTracingEnabled }) {
    return xrayTracingEnabled === true ? undefined : "xrayTracingEnabled is not true; set it.";
  },
} satisfies ResourceRule;
