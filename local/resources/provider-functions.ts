/** The provider functions that a program may call (`aws.getRegion()` …), answered as for the local account. */
import { ResourceProblem } from "../engine/graph.ts";
import type { Values } from "../engine/values.ts";
import { type Account, list, partitionOf, text } from "./resource-type.ts";

type ProviderFunction = (args: Values, account: Account) => Values;

const FUNCTIONS: Record<string, ProviderFunction> = {
  "aws:index/getRegion:getRegion": (args, { region }) => {
    const name = text(args.region) ?? text(args.name) ?? region;
    return { id: name, name, region: name, description: name, endpoint: `ec2.${name}.amazonaws.com` };
  },
  "aws:index/getCallerIdentity:getCallerIdentity": (_args, { accountId, region }) => ({
    id: accountId,
    accountId,
    arn: `arn:${partitionOf(region)}:iam::${accountId}:user/local`,
    userId: "AIDALOCALLOCALLOCALL",
  }),
  "aws:index/getPartition:getPartition": (_args, { region }) => ({
    id: partitionOf(region),
    partition: partitionOf(region),
    dnsSuffix: region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com",
    reverseDnsPrefix: region.startsWith("cn-") ? "cn.com.amazonaws" : "com.amazonaws",
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_args, { region }) => ({
    id: region,
    names: ["a", "b", "c"].map((zone) => region + zone),
    zoneIds: [1, 2, 3].map((zone) => `${region}-az${zone}`),
    groupNames: [region],
  }),
  "aws:index/getService:getService": (args, { region }) => {
    const service = text(args.serviceId) ?? "";
    const name = text(args.region) ?? region;
    const dnsName = `${service}.${name}.amazonaws.com`;
    return {
      id: dnsName,
      dnsName,
      region: name,
      serviceId: service,
      supported: true,
      partition: partitionOf(name),
      reverseDnsName: dnsName,
    };
  },
  "aws:iam/getPolicyDocument:getPolicyDocument": (args) => {
    const json = JSON.stringify(policyDocument(args), null, 2);
    return { id: String(hash(json)), json, minifiedJson: JSON.stringify(policyDocument(args)), ...args };
  },
};

/** @throws ResourceProblem when the local cloud has no answer to this function */
export function invokeFunction(token: string, args: Values, account: Account): Values {
  const answer = FUNCTIONS[token];
  if (!answer) {
    throw new ResourceProblem(
      `The local cloud has no answer to ${token}: it looks something up in a real account. Known are ${Object.keys(FUNCTIONS).join(", ")}.`,
    );
  }
  return answer(args, account);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
function policyDocument(args: Values): Values {
  return {
    Version: text(args.version) ?? "2012-10-17",
    ...(args.policyId ? { Id: args.policyId } : {}),
    Statement: list<Values>(args.statements).map((statement) => {
      const policy: Values = {
        ...(statement.sid ? { Sid: statement.sid } : {}),
        Effect: text(statement.effect) ?? "Allow",
      };
      const put = (key: string, values: unknown) => {
        const items = list(values);
        if (items.length > 0) policy[key] = items.length === 1 ? items[0] : items;
      };
      put("Action", statement.actions);
      put("NotAction", statement.notActions);
      put("Resource", statement.resources);
      put("NotResource", statement.notResources);
      const principals = principalsOf(list<Values>(statement.principals));
      if (principals !== undefined) policy.Principal = principals;
      const notPrincipals = principalsOf(list<Values>(statement.notPrincipals));
      if (notPrincipals !== undefined) policy.NotPrincipal = notPrincipals;
      const conditions: Record<string, Record<string, unknown>> = {};
      for (const { test, variable, values } of list<Values>(statement.conditions)) {
        const items = list(values);
        conditions[String(test)] = {
          ...conditions[String(test)],
          [String(variable)]: items.length === 1 ? items[0] : items,
        };
      }
      if (Object.keys(conditions).length > 0) policy.Condition = conditions;
      return policy;
    }),
  };
}

function principalsOf(principals: Values[]): unknown {
  if (principals.length === 0) return undefined;
  if (principals.some(({ type }) => type === "*")) return "*";
  const byType: Record<string, string | string[]> = {};
  for (const { type, identifiers } of principals) {
    const items = [byType[String(type)] ?? [], list(identifiers)].flat();
    byType[String(type)] = items.length === 1 ? items[0]! : items;
  }
  return byType;
}

/** The provider's ids of policy documents are numbers made of the text. */
function hash(value: string): number {
  let result = 0;
  for (const letter of value) result = (Math.imul(result, 31) + letter.codePointAt(0)!) >>> 0;
  return result;
}
