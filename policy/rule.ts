/**
 * What a rule is, apart from where it runs: in Pulumi's analyzer, where it stops a deployment, and in tests on the resource
 * graph of a stack, where it stops a regression without any cloud.
 */
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

export interface Resource {
  urn: string;
  /** Pulumi's type token, e.g. `aws:cognito/userPool:UserPool`. */
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties of every resource type there is
  props: Readonly<Record<string, any>>;
  protect: boolean;
  /** Property → URNs of the resources that its value comes from. */
  propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

interface RuleText {
  /** Its id in the pack, and its file's name. */
  name: string;
  /** What must be, as one sentence. */
  description: string;
  /** What happens where it is not kept. */
  why: string;
  /** The same control elsewhere: cdk-nag, AWS Security Hub, an RFC, an AWS document. */
  answersTo: readonly string[];
  /** `advisory` tells, `mandatory` stops. */
  level: "mandatory" | "advisory";
}

/** Looks at one resource at a time, before it is made: a mandatory one stops an `up` in time. */
export interface ResourceRule extends RuleText {
  kind: "resource";
  types: readonly string[];
  /** @returns what is wrong, and how to fix it */
  check(props: Resource["props"], resource: Resource): string | readonly string[] | undefined;
  /** What only several resources together can show; looked at when all are made. */
  checkStack?(resources: readonly Resource[]): Violation[];
}

/** Looks at how resources go together, once all are made. */
export interface StackRule extends RuleText {
  kind: "stack";
  checkStack(resources: readonly Resource[]): Violation[];
}

export type Rule = ResourceRule | StackRule;

export interface Violation {
  resource: Resource;
  message: string;
}

export interface Exemption {
  rule: string;
  stack: string;
  /** Why it is right here that the rule is not kept. */
  reason: string;
}

/** Every place in a stack where a rule is not kept, exempt or not. */
export function violationsOf(rule: Rule, resources: readonly Resource[]): Violation[] {
  const together = rule.checkStack?.(resources) ?? [];
  if (rule.kind === "stack") return together;
  const alone = resources.flatMap((resource) => messagesOf(rule, resource).map((message) => ({ resource, message })));
  return [...alone, ...together];
}

function messagesOf(rule: ResourceRule, resource: Resource): readonly string[] {
  if (!rule.types.includes(resource.type)) return [];
  return [rule.check(resource.props, resource) ?? []].flat();
}

export function isExempt(rule: Rule, urn: string, exemptions: readonly Exemption[]): boolean {
  const stack = urn.split("::")[0]?.replace(/^urn:pulumi:/, "");
  return exemptions.some((exemption) => exemption.rule === rule.name && exemption.stack === stack);
}

/** The rule as Pulumi's analyzer runs it. */
export function toPolicy(
  rule: Rule,
  exemptions: readonly Exemption[],
): ResourceValidationPolicy | StackValidationPolicy {
  const text = {
    name: rule.name,
    description: `${rule.description} ${rule.why} (${rule.answersTo.join(", ")})`,
    enforcementLevel: rule.level,
  };
  const validateStack: StackValidationPolicy["validateStack"] = ({ resources }, report) => {
    for (const { resource, message } of rule.checkStack?.(resources.map(fromAnalyzer)) ?? []) {
      if (!isExempt(rule, resource.urn, exemptions)) report(message, resource.urn);
    }
  };
  if (rule.kind === "stack") return { ...text, validateStack };
  return {
    ...text,
    ...(rule.checkStack && { validateStack }),
    validateResource: ({ type, urn, name, props, opts }, report) => {
      if (!rule.types.includes(type) || isExempt(rule, urn, exemptions)) return;
      const resource = { urn, type, name, props, protect: opts.protect, propertyDependencies: {} };
      for (const message of messagesOf(rule, resource)) report(message);
    },
  };
}

function fromAnalyzer({ urn, type, name, props, opts, propertyDependencies }: PolicyResource): Resource {
  const dependencies = Object.entries(propertyDependencies).map(([key, list]) => [key, list.map((one) => one.urn)]);
  return { urn, type, name, props, protect: opts.protect, propertyDependencies: Object.fromEntries(dependencies) };
}
