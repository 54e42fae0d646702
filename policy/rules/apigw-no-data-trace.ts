import { methodSettingsType } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-no-data-trace",
  description: "API Gateway does not log whole requests.",
  why: "They carry bearer tokens, and everybody who may read the log could use them.",
  answersTo: ["AWS API Gateway: set up CloudWatch logging", "OWASP Logging Cheat Sheet"],
  level: "mandatory",
  types: [methodSettingsType],
  check({ settings }) {
    return settings?.dataTraceEnabled === true ? "dataTraceEnabled is true; set it to false." : undefined;
  },
} satisfies ResourceRule;
