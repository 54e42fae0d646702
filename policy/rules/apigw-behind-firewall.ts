import { stageType } from "../rest-apis.ts";
import type { StackRule } from "../rule.ts";

export default {
  kind: "stack",
  name: "apigw-behind-firewall",
  description: "Every stage stands behind a web ACL.",
  why: "Known attackers and floods reach the authorizer and the functions otherwise.",
  answersTo: ["cdk-nag AwsSolutions-APIG3", "Security Hub APIGateway.4"],
  level: "advisory",
  checkStack(resources) {
    const behind = resources
      .filter(({ type }) => type === "aws:wafv2/webAclAssociation:WebAclAssociation")
      .flatMap(({ propertyDependencies }) => propertyDependencies.resourceArn ?? []);
    return resources
      .filter(({ type, urn }) => type === stageType && !behind.includes(urn))
      .map((resource) => ({ resource, message: "The stage has no web ACL; add a WebAclAssociation." }));
  },
} satisfies StackRule;
