import { isForAllMethods, methodSettingsType, stagesWithoutSettings } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-execution-logs",
  description: "Every stage logs the errors of its methods.",
  why: "An authorizer or integration that fails leaves no trace otherwise.",
  answersTo: ["cdk-nag AwsSolutions-APIG6", "Security Hub APIGateway.1"],
  level: "mandatory",
  types: [methodSettingsType],
  check(props) {
    if (!isForAllMethods(props) || ["ERROR", "INFO"].includes(props.settings?.loggingLevel)) return undefined;
    return "The settings of */* log no errors; set loggingLevel to ERROR.";
  },
  checkStack(resources) {
    return stagesWithoutSettings(resources).map((resource) => ({
      resource,
      message: "The stage logs no errors; add MethodSettings for */* with loggingLevel ERROR.",
    }));
  },
} satisfies ResourceRule;
