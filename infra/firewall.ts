/**
 * A web application firewall before the API's stage and the pool's hosted UI: known attackers and attacks are blocked, and
 * so is an address that asks too often. https://docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import { type LogKeeping, logGroup } from "./logs.ts";

export interface FirewallArgs {
  /** Requests of one address in five minutes; more are blocked. */
  rateLimit: number;
  /** What it stands before, by a name for the resource that ties the two together: a stage, a user pool. */
  protects: Readonly<Record<string, pulumi.Input<string>>>;
  logs: LogKeeping;
}

export class Firewall extends Component {
  readonly webAclArn: pulumi.Output<string>;

  constructor(name: string, { rateLimit, protects, logs }: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("firewall:Firewall", name, opts);
    const webAcl = this.make(aws.wafv2.WebAcl, "acl", {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      rules: [rateRule(rateLimit), ...Object.keys(countOnly).map(managedRule)],
      visibilityConfig: visibility("Firewall"),
    });
    for (const [target, resourceArn] of Object.entries(protects)) {
      this.make(aws.wafv2.WebAclAssociation, `before-${target}`, { webAclArn: webAcl.arn, resourceArn });
    }
    // WAF writes to groups of this prefix only.
    const groupName = `aws-waf-logs-${pulumi.getProject()}-${pulumi.getStack()}`;
    const group = this.make(aws.cloudwatch.LogGroup, "logs", logGroup(logs, groupName));
    // Blocked and counted requests only, without the headers that carry tokens and sessions.
    const conditions = ["BLOCK", "COUNT"].map((action) => ({ actionCondition: { action } }));
    this.make(aws.wafv2.WebAclLoggingConfiguration, "logging", {
      resourceArn: webAcl.arn,
      logDestinationConfigs: [group.arn],
      redactedFields: ["authorization", "cookie"].map((header) => ({ singleHeader: { name: header } })),
      loggingFilter: {
        defaultBehavior: "DROP",
        filters: [{ behavior: "KEEP", requirement: "MEETS_ANY", conditions }],
      },
    });
    this.webAclArn = webAcl.arn;
    this.registerOutputs({ webAclArn: webAcl.arn });
  }
}

/** AWS's groups of rules in their order, and which of their rules only count: they would block what this stack does by design. */
const countOnly: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [],
  // They look for loopback addresses, and `redirect_uri=http://127.0.0.1:…` is one: in the query of a sign-in, in the
  // body of a code's exchange. They guard servers that fetch what a request names; Cognito only compares it with its list.
  AWSManagedRulesCommonRuleSet: ["EC2MetaDataSSRF", "GenericRFI"].flatMap((rule) => [
    `${rule}_QUERYARGUMENTS`,
    `${rule}_BODY`,
  ]),
  AWSManagedRulesKnownBadInputsRuleSet: [],
};

function rateRule(limit: number): aws.types.input.wafv2.WebAclRule {
  return {
    name: "RateOfOneAddress",
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, aggregateKeyType: "IP", evaluationWindowSec: 300 } },
    visibilityConfig: visibility("RateOfOneAddress"),
  };
}

function managedRule(name: string, index: number): aws.types.input.wafv2.WebAclRule {
  const overrides = countOnly[name]!.map((rule) => ({ name: rule, actionToUse: { count: {} } }));
  const ruleActionOverrides = overrides.length > 0 ? overrides : undefined;
  return {
    name,
    priority: index + 1,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: { vendorName: "AWS", name, ruleActionOverrides } },
    visibilityConfig: visibility(name),
  };
}

/** Without samples: in the console they show whole requests, with their headers. */
function visibility(metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
