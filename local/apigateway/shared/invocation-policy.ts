/**
 * Evaluates a policy on `execute-api:Invoke`: what a Lambda authorizer returns, or the resource policy of an API
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html,
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html).
 */

import { isJsonObject } from "../../json-object.ts";
import { matchesWildcard } from "../../permissions/wildcards.ts";
import { type ConditionKeys, conditionsHold } from "./policy-conditions.ts";

const INVOKE = "execute-api:invoke";

/** What the statements that cover a request come to; an explicit Deny wins. */
export type Verdict = "allow" | "deny" | "silent";

export interface PolicyRequest {
  /** `arn:…:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  resource: string;
  /** What conditions may ask about. Where it is absent, a condition keeps an Allow from letting in, and no Deny from keeping out. */
  keys?: ConditionKeys;
  /** The ARNs by which the caller may be named, in a policy with principals; an anonymous caller has none. */
  principals?: readonly string[];
}

export interface Policy {
  statements: readonly Statement[];
}

type Statement = Readonly<Record<string, unknown>> & { Effect: "Allow" | "Deny" };

const POLICY_KEYS = new Set(["Version", "Id", "Statement"]);
const STATEMENT_KEYS = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/** @returns `undefined` for what is not a policy; the names of its elements count with their case */
export function readPolicy(document: unknown): Policy | undefined {
  if (!isJsonObject(document) || !Object.keys(document).every((key) => POLICY_KEYS.has(key))) return undefined;
  const statements = [document.Statement].flat();
  return statements.every(isStatement) ? { statements } : undefined;
}

export function policyVerdict({ statements }: Policy, request: PolicyRequest): Verdict {
  const effects = statements.filter((statement) => covers(statement, request)).map(({ Effect }) => Effect);
  if (effects.includes("Deny")) return "deny";
  return effects.includes("Allow") ? "allow" : "silent";
}

function isStatement(value: unknown): value is Statement {
  if (!isJsonObject(value) || !Object.keys(value).every((key) => STATEMENT_KEYS.has(key))) return false;
  const { Effect, Action, NotAction, Resource, NotResource } = value;
  return (Effect === "Allow" || Effect === "Deny") && isTexts(Action ?? NotAction) && isTexts(Resource ?? NotResource);
}

function covers(statement: Statement, request: PolicyRequest): boolean {
  return (
    isNamed(statement.Action, statement.NotAction, (action) => matchesWildcard(action.toLowerCase(), INVOKE)) &&
    isNamed(statement.Resource, statement.NotResource, (pattern) => matchesWildcard(pattern, request.resource)) &&
    (request.principals === undefined || coversPrincipal(statement, request.principals)) &&
    coversConditions(statement, request.keys)
  );
}

function isNamed(named: unknown, excepted: unknown, matches: (text: string) => boolean): boolean {
  return named === undefined ? !texts(excepted).some(matches) : texts(named).some(matches);
}

function coversPrincipal({ Principal, NotPrincipal }: Statement, principals: readonly string[]): boolean {
  if (Principal === undefined && NotPrincipal !== undefined) return !includesOneOf(NotPrincipal, principals);
  return includesOneOf(Principal, principals);
}

/** `*`, or `AWS` with ARNs and account ids in it. */
function includesOneOf(principal: unknown, principals: readonly string[]): boolean {
  const named = isJsonObject(principal) ? texts(principal.AWS) : texts(principal);
  return named.some((name) => name === "*" || principals.includes(name));
}

/** What cannot be judged must not let in, and must keep out. */
function coversConditions({ Condition, Effect }: Statement, keys: ConditionKeys | undefined): boolean {
  if (Condition === undefined) return true;
  return (keys && conditionsHold(Condition, keys)) ?? Effect === "Deny";
}

const texts = (value: unknown): string[] => (value === undefined ? [] : [value].flat().map(String));

const isTexts = (value: unknown): boolean =>
  value !== undefined && [value].flat().every((one) => typeof one === "string");
