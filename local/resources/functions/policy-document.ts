/**
 * `aws.iam.getPolicyDocument`: writes a policy from statements and from other policies
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html;
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document).
 */
import { createHash } from "node:crypto";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { list, text } from "../resource-type.ts";

interface Policy {
  Version?: unknown;
  Id?: unknown;
  Statement: Values[];
}

/**
 * Source policies come first, in their order; the document's own statements replace those of the same Sid, and what the
 * override policies hold replaces both. Statements without a Sid are added.
 * @throws ResourceProblem when a policy is not JSON, or two statements of the sources or of the document share a Sid
 */
export function policyDocument(args: Values): Values {
  const sources = [...list(args.sourcePolicyDocuments), ...(args.sourceJson ? [args.sourceJson] : [])];
  const overrides = [...list(args.overridePolicyDocuments), ...(args.overrideJson ? [args.overrideJson] : [])];
  let policy: Policy = { Statement: [] };
  const fromSources: Values[] = [];
  for (const source of sources) {
    const read = parsePolicy(source, "sourcePolicyDocuments");
    fromSources.push(...read.Statement);
    policy = merge(policy, read);
  }
  refuseSharedSids(fromSources);
  const statements = list<Values>(args.statements).map(statementOf);
  refuseSharedSids(statements);
  policy = merge(policy, {
    Version: text(args.version) ?? policy.Version ?? "2012-10-17",
    ...(args.policyId ? { Id: args.policyId } : {}),
    Statement: statements,
  });
  for (const override of overrides) policy = merge(policy, parsePolicy(override, "overridePolicyDocuments"));

  const { Version, Id, Statement } = policy;
  const document = { Version, ...(Id === undefined ? {} : { Id }), Statement };
  const json = JSON.stringify(document, null, 2);
  return { ...args, id: idOf(json), json, minifiedJson: JSON.stringify(document) };
}

function merge(policy: Policy, next: Policy): Policy {
  const statements = [...policy.Statement];
  for (const statement of next.Statement) {
    const same = statement.Sid ? statements.findIndex(({ Sid }) => Sid === statement.Sid) : -1;
    if (same >= 0) statements[same] = statement;
    else statements.push(statement);
  }
  return {
    Version: next.Version ?? policy.Version,
    ...((next.Id ?? policy.Id) === undefined ? {} : { Id: next.Id ?? policy.Id }),
    Statement: statements,
  };
}

function parsePolicy(json: unknown, property: string): Policy {
  if (text(json) === undefined || text(json) === "") return { Statement: [] };
  try {
    const { Version, Id, Statement } = JSON.parse(String(json)) as Values;
    return { Version, Id, Statement: [Statement ?? []].flat() as Values[] };
  } catch (error) {
    throw new ResourceProblem(`A policy in ${property} is not JSON: ${(error as Error).message}.`);
  }
}

function refuseSharedSids(statements: Values[]): void {
  const seen = new Set<unknown>();
  for (const { Sid } of statements) {
    if (Sid && seen.has(Sid))
      throw new ResourceProblem(`duplicate Sid (${Sid}). Give each statement a sid of its own.`);
    seen.add(Sid);
  }
}

function statementOf(statement: Values): Values {
  const policy: Values = {
    ...(statement.sid ? { Sid: statement.sid } : {}),
    Effect: text(statement.effect) ?? "Allow",
  };
  const put = (key: string, value: unknown) => {
    if (value !== undefined) policy[key] = value;
  };
  put("Action", oneOrMore(statement.actions));
  put("NotAction", oneOrMore(statement.notActions));
  put("Resource", oneOrMore(statement.resources));
  put("NotResource", oneOrMore(statement.notResources));
  put("Principal", principalsOf(list<Values>(statement.principals)));
  put("NotPrincipal", principalsOf(list<Values>(statement.notPrincipals)));
  const conditions: Record<string, Record<string, unknown>> = {};
  for (const { test, variable, values } of list<Values>(statement.conditions)) {
    conditions[String(test)] = { ...conditions[String(test)], [String(variable)]: oneOrMore(values) ?? [] };
  }
  if (Object.keys(conditions).length > 0) policy.Condition = conditions;
  return policy;
}

/** A single item stands by itself. `&{…}` is how programs write IAM's own `${…}`. */
function oneOrMore(values: unknown): unknown {
  const items = list(values).map((item) => String(item).replaceAll("&{", "${"));
  return items.length > 1 ? items : items[0];
}

function principalsOf(principals: Values[]): unknown {
  if (principals.length === 0) return undefined;
  if (principals.some(({ type }) => type === "*")) return "*";
  const byType: Record<string, string[]> = {};
  for (const { type, identifiers } of principals) {
    byType[String(type)] = [...(byType[String(type)] ?? []), ...list(identifiers)];
  }
  return Object.fromEntries(Object.entries(byType).map(([type, items]) => [type, oneOrMore(items)]));
}

/** The provider's ids of policy documents are numbers made of the text. */
const idOf = (json: string): string => String(createHash("sha256").update(json).digest().readUInt32BE(0));
