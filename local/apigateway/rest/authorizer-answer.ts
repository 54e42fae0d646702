/**
 * What a Lambda authorizer may answer
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html). API Gateway takes a
 * policy, a flat context and nothing that it does not know.
 */

import { isJsonObject } from "../../json-object.ts";
import { type Policy, readPolicy } from "../shared/invocation-policy.ts";

const LIMIT_BYTES = 8192;
const FIELDS = new Set(["principalId", "policyDocument", "context", "usageIdentifierKey"]);

export interface AuthorizerAnswer {
  principal: string | undefined;
  policy: Policy;
  /** Every value as text, except `null`; the function's order */
  context: Readonly<Record<string, string | null>>;
  /** The value of an API key */
  usageIdentifierKey: string | undefined;
}

/** Why an answer cannot be used, as the end of a sentence. */
export class BadAnswer extends Error {}

/**
 * @param payload JSON text
 * @throws BadAnswer
 */
export function readAuthorizerAnswer(payload: string): AuthorizerAnswer {
  if (Buffer.byteLength(payload) > LIMIT_BYTES) throw new BadAnswer(`it is larger than ${LIMIT_BYTES} bytes`);
  const answer = parsed(payload);
  const unknown = Object.keys(answer).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) {
    throw new BadAnswer(`it has ${unknown}, which API Gateway does not know; it takes ${[...FIELDS].join(", ")}`);
  }
  const policy = readPolicy(answer.policyDocument);
  if (!policy) {
    throw new BadAnswer(
      "its policyDocument is not a policy of Version and Statement, each with Effect, Action and Resource",
    );
  }
  const { principalId, usageIdentifierKey } = answer;
  return {
    policy,
    principal: principalId === undefined || principalId === null ? undefined : String(principalId),
    context: readContext(answer.context),
    usageIdentifierKey: typeof usageIdentifierKey === "string" ? usageIdentifierKey : undefined,
  };
}

function parsed(payload: string): Record<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(payload);
  } catch {
    throw new BadAnswer("it is not JSON");
  }
  if (isJsonObject(answer)) return answer;
  throw new BadAnswer("it is not an object");
}

function readContext(context: unknown): AuthorizerAnswer["context"] {
  if (context === undefined || context === null) return {};
  if (!isJsonObject(context)) throw new BadAnswer("its context is not an object");
  const texts: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(context)) {
    if (typeof value === "object" && value !== null) {
      throw new BadAnswer(`${name} in its context is an array or an object; it takes texts, numbers and booleans`);
    }
    texts[name] = value === null ? null : String(value);
  }
  return texts;
}
