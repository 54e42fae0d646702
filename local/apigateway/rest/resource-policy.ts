/**
 * The resource policy of a REST API: from where and by whom its methods may be called
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html).
 */
import type { RestApiModel } from "../../model.ts";
import type { IamCaller } from "../../permissions/access-key.ts";
import { type Policy, policyVerdict, readPolicy, type Verdict } from "../shared/invocation-policy.ts";
import type { ConditionKeys } from "../shared/policy-conditions.ts";
import type { GatewayExchange } from "./gateway-exchange.ts";

/** @throws Error for a text that is not a policy, which API Gateway does not take */
export function resourcePolicy(text: string, executionArn: string): Policy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
  const policy = readPolicy(document);
  if (!policy) throw new Error("it is not a policy of Version and Statement, each with Effect, Action and Resource");
  return { statements: policy.statements.map((statement) => expanded(statement, executionArn)) };
}

/** `execute-api:/stage/GET/path` stands for the ARN in this API, into which it is turned when the policy is saved. */
function expanded<Statement extends Policy["statements"][number]>(
  statement: Statement,
  executionArn: string,
): Statement {
  const whole = (resource: unknown) =>
    typeof resource === "string" ? resource.replace(/^execute-api:\//, `${executionArn}/`) : resource;
  const copy: Record<string, unknown> = { ...statement };
  for (const name of ["Resource", "NotResource"])
    if (copy[name] !== undefined) copy[name] = [copy[name]].flat().map(whole);
  return copy as Statement;
}

/** @param caller who signed; everyone else is anonymous to the policy */
export function resourceVerdict(
  policy: Policy,
  exchange: GatewayExchange,
  resource: string,
  caller: IamCaller | undefined,
): Verdict {
  const principals = caller ? namesOf(caller) : [];
  return policyVerdict(policy, { resource, principals, keys: conditionKeys(exchange, caller) });
}

/** Of the keys that AWS has, those that a caller on this machine has a value for; there is no VPC and no organization. */
export function conditionKeys(exchange: GatewayExchange, caller?: IamCaller): ConditionKeys {
  const { headers, receivedAt, scheme, sourceIp } = exchange;
  return {
    "aws:currenttime": new Date(receivedAt).toISOString(),
    "aws:epochtime": String(Math.floor(receivedAt / 1000)),
    "aws:referer": headers.last("referer"),
    "aws:securetransport": String(scheme === "https"),
    "aws:sourceip": sourceIp,
    "aws:useragent": headers.last("user-agent"),
    ...(caller && {
      "aws:principalaccount": caller.accountId,
      "aws:principalarn": roleArn(caller) ?? caller.userArn,
      "aws:principaltype": caller.session ? "AssumedRole" : "User",
      "aws:userid": caller.userId,
      "aws:username": caller.session ? undefined : caller.userArn.split("/").at(-1),
    }),
  };
}

/** As a policy may name who signed: itself, the role of its session, or its account in two ways. */
function namesOf(caller: IamCaller): string[] {
  const { userArn, accountId } = caller;
  const role = roleArn(caller);
  const partition = userArn.split(":")[1];
  return [userArn, ...(role ? [role] : []), accountId, `arn:${partition}:iam::${accountId}:root`];
}

/** Without the role's path, which a session does not tell. */
function roleArn({ session, userArn, accountId }: IamCaller): string | undefined {
  return session && `arn:${userArn.split(":")[1]}:iam::${accountId}:role/${session.role}`;
}

/** The account as refusals show it: the last four digits. */
export function maskedArn(resource: string, { accountId }: RestApiModel): string {
  return resource.replace(`:${accountId}:`, `:********${accountId.slice(-4)}:`);
}
