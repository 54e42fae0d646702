/**
 * A web application firewall before the API's stage and the pool's hosted UI: known attackers and attacks are blocked, and
 * so is an address that asks too often. https://docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type LogKeeping, logGroup } from "./logs.ts";

export interface FirewallArgs {
  /** Requests of one address in five minutes; more are blocked. */
  rateLimit: number;
  /** What it stands before, by a name for the resource that ties the two together: a stage, a user pool. */
  protects: Readonly<Record<string, pulumi.Input<string>>>;
  logs: LogKeeping;
}

export class Firewall extends pulumi.ComponentResource {
  readonly webAclArn: pulumi.Output<string>;

  constructor(name: string, { rateLimit, protects, logs }: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:firewall:Firewall", name, {}, opts);
    const webAcl = new aws.wafv2.WebAcl(
      `${name}-acl`,
      {
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: [rateRule(rateLimit), ...managedRuleGroups.map(managedRule)],
        visibilityConfig: visibility("Firewall"),
      },
      { parent: this },
    );
    for (const [target, resourceArn] of Object.entries(protects)) {
      new aws.wafv2.WebAclAssociation(
        `${name}-before-${target}`,
        { webAclArn: webAcl.arn, resourceArn },
        { parent: this },
      );
    }
    logBlockedRequests(this, name, webAcl, logs);
    this.webAclArn = webAcl.arn;
    this.registerOutputs({ webAclArn: webAcl.arn });
  }
}

interface RuleGroup {
  name: string;
  /** Rules that only count: they would block what this stack does by design. */
  countOnly: string[];
}

const managedRuleGroups: RuleGroup[] = [
  { name: "AWSManagedRulesAmazonIpReputationList", countOnly: [] },
  {
    name: "AWSManagedRulesCommonRuleSet",
    // They look for loopback addresses, and `redirect_uri=http://127.0.0.1:…` is one: in the query of a sign-in, in the
    // body of a code's exchange. They guard servers that fetch what a request names; Cognito only compares it with its list.
    countOnly: [
      "EC2MetaDataSSRF_QUERYARGUMENTS",
      "EC2MetaDataSSRF_BODY",
      "GenericRFI_QUERYARGUMENTS",
      "GenericRFI_BODY",
    ],
  },
  { name: "AWSManagedRulesKnownBadInputsRuleSet", countOnly: [] },
];

function rateRule(limit: number): aws.types.input.wafv2.WebAclRule {
  return {
    name: "RateOfOneAddress",
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, aggregateKeyType: "IP", evaluationWindowSec: 300 } },
    visibilityConfig: visibility("RateOfOneAddress"),
  };
}

function managedRule({ name, countOnly }: RuleGroup, index: number): aws.types.input.wafv2.WebAclRule {
  const overrides = countOnly.map((rule) => ({ name: rule, actionToUse: { count: {} } }));
  return {
    name,
    priority: index + 1,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name,
        ...(overrides.length > 0 && { ruleActionOverrides: overrides }),
      },
    },
    visibilityConfig: visibility(name),
  };
}

function visibility(metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig {
  // Samples in the console show whole requests, with their headers.
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
}

/** Blocked and counted requests only, without the headers that carry tokens and sessions. */
function logBlockedRequests(parent: Firewall, name: string, webAcl: aws.wafv2.WebAcl, logs: LogKeeping): void {
  // WAF writes to groups of this prefix only.
  const groupName = `aws-waf-logs-${pulumi.getProject()}-${pulumi.getStack()}`;
  const group = logGroup(`${name}-logs`, logs, { name: groupName }, { parent });
  new aws.wafv2.WebAclLoggingConfiguration(
    `${name}-logging`,
    {
      resourceArn: webAcl.arn,
      logDestinationConfigs: [group.arn],
      redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
      loggingFilter: {
        defaultBehavior: "DROP",
        filters: [
          {
            behavior: "KEEP",
            requirement: "MEETS_ANY",
            conditions: [{ actionCondition: { action: "BLOCK" } }, { actionCondition: { action: "COUNT" } }],
          },
        ],
      },
    },
    { parent },
  );
}
