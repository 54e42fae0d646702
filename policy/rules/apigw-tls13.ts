import { restApiType } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-tls13",
  description: "The API takes TLS 1.3 only, and only for its own host name.",
  why: "The default still takes TLS 1.0.",
  answersTo: ["AWS API Gateway: security policies for REST APIs"],
  level: "mandatory",
  types: [restApiType],
  check({ securityPolicy, endpointAccessMode }) {
    if (!String(securityPolicy).startsWith("SecurityPolicy_TLS13_1_3_")) {
      return `securityPolicy is ${securityPolicy ?? "TLS_1_0"}; use SecurityPolicy_TLS13_1_3_2025_09.`;
    }
    return endpointAccessMode === "STRICT" ? undefined : "endpointAccessMode is not STRICT; set it.";
  },
} satisfies ResourceRule;
