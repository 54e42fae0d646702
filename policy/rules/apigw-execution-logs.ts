import { settingsOfAllMethods, stageType } from "../rest-apis.ts";
import type { StackRule } from "../rule.ts";

export default {
  kind: "stack",
  name: "apigw-execution-logs",
  description: "Every stage logs the errors of its methods.",
  why: "An authorizer or integration that fails leaves no trace otherwise.",
  answersTo: ["cdk-nag AwsSolutions-APIG6", "Security Hub APIGateway.1"],
  level: "mandatory",
  check(resources) {
    return resources
      .filter(({ type }) => type === stageType)
      .filter((stage) => !["ERROR", "INFO"].includes(String(settingsOfAllMethods(stage, resources)?.loggingLevel)))
      .map((resource) => ({
        resource,
        message: "The stage logs no errors; add MethodSettings for */* with loggingLevel ERROR.",
      }));
  },
} satisfies StackRule;
