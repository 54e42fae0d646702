/**
 * The `Condition` element of a policy, as far as it can be judged of a request
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
 */

import { BlockList, isIP } from "node:net";
import { ownMember } from "../../own-member.ts";
import { matchesWildcard } from "../../permissions/wildcards.ts";

/** By lower-case key such as `aws:sourceip`; a key that the request does not have is absent. */
export type ConditionKeys = Readonly<Record<string, string | undefined>>;

/** @returns whether every condition holds; `undefined` when one has a form that is not known here */
export function conditionsHold(condition: unknown, keys: ConditionKeys): boolean | undefined {
  if (typeof condition !== "object" || condition === null) return undefined;
  let hold = true;
  for (const [operator, wanted] of Object.entries(condition)) {
    if (typeof wanted !== "object" || wanted === null) return undefined;
    for (const [key, values] of Object.entries(wanted)) {
      const holds = conditionHolds(operator, [values].flat().map(String), ownMember(keys, key.toLowerCase()));
      if (holds === undefined) return undefined;
      hold &&= holds;
    }
  }
  return hold;
}

type Comparison = (actual: string, wanted: string) => boolean;

const EQUALS: Comparison = (actual, wanted) => actual === wanted;
const EQUALS_IGNORING_CASE: Comparison = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
const LIKE: Comparison = (actual, wanted) => matchesWildcard(wanted, actual);

/** Those with a `Not` in their name are these, turned round. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: EQUALS,
  StringEqualsIgnoreCase: EQUALS_IGNORING_CASE,
  StringLike: LIKE,
  ArnEquals: LIKE,
  ArnLike: LIKE,
  Bool: EQUALS_IGNORING_CASE,
  IpAddress: isWithin,
  NumericEquals: (actual, wanted) => Number(actual) === Number(wanted),
  NumericLessThan: (actual, wanted) => Number(actual) < Number(wanted),
  NumericLessThanEquals: (actual, wanted) => Number(actual) <= Number(wanted),
  NumericGreaterThan: (actual, wanted) => Number(actual) > Number(wanted),
  NumericGreaterThanEquals: (actual, wanted) => Number(actual) >= Number(wanted),
  DateEquals: (actual, wanted) => instant(actual) === instant(wanted),
  DateLessThan: (actual, wanted) => instant(actual) < instant(wanted),
  DateLessThanEquals: (actual, wanted) => instant(actual) <= instant(wanted),
  DateGreaterThan: (actual, wanted) => instant(actual) > instant(wanted),
  DateGreaterThanEquals: (actual, wanted) => instant(actual) >= instant(wanted),
};

function conditionHolds(operator: string, wanted: string[], actual: string | undefined): boolean | undefined {
  if (operator === "Null") return wanted.some((value) => (value === "true") === (actual === undefined));
  const [, quantifier, name = "", ifExists] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const positive = name.replace(/Not(?=Equals|Like|Ip)/, "");
  const comparison = ownMember(COMPARISONS, positive);
  if (!comparison) return undefined;
  const isNegated = positive !== name;
  // Every value of none is as it should be, and so is one that must not be something.
  if (actual === undefined) return ifExists !== undefined || quantifier === "ForAllValues:" || isNegated;
  return wanted.some((value) => comparison(actual, value)) !== isNegated;
}

/** @param range an address, or a range as in RFC 4632 */
function isWithin(address: string, range: string): boolean {
  const [network = "", prefix] = range.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const bits = prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(prefix);
  if (isIP(network) === 0 || !Number.isInteger(bits) || bits < 0 || bits > (family === "ipv6" ? 128 : 32)) return false;
  const ranges = new BlockList();
  ranges.addSubnet(network, bits, family);
  return isIP(address) !== 0 && ranges.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** ISO 8601, or seconds since the epoch. */
const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
