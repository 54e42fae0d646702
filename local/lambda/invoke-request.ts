/**
 * What a request of Invoke asks for (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). Which names are taken
 * and how others are refused was recorded on AWS by LocalStack's test_lambda_api, 2025-11.
 */
import { comesFromPage } from "../http/web-page.ts";
import { jsonObjectIn } from "../json-object.ts";
import type { FunctionModel } from "../model.ts";
import { EVENT_LIMIT_BYTES } from "../platform.ts";
import { ApiRefusal, invalidMembers } from "./api-refusal.ts";

/** Lambda's quotas: synchronous, and `Event`. */
export const LIMIT_BYTES = { RequestResponse: 6_291_456, Event: EVENT_LIMIT_BYTES, DryRun: 6_291_456 };
/** Of the client's context, as it is sent. */
const CONTEXT_BYTES = 3583;

export type InvocationType = keyof typeof LIMIT_BYTES;

const LOG_TYPES = ["None", "Tail"];

/** As AWS spells them, and names them to whoever does not keep to them. */
const FUNCTION_NAME =
  "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const QUALIFIER = "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";
const QUALIFIER_LENGTH = 128;

/**
 * A name, an ARN, or a part of one from the region on: which region and account it names, if any, and the qualifier. AWS's own
 * pattern is looked at first, and this one says what is what.
 */
const PARTS =
  /^(?:arn:[^:]*:lambda:)?(?:(?<region>[a-z]+(?:-[a-z]+)+-\d):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[^:]+)(?::(?<derived>[^:]+))?$/;

/** @throws ApiRefusal */
export function invocationType(request: Request): InvocationType {
  if (comesFromPage(request)) {
    const message = "The request comes from a web page; none may invoke functions.";
    throw new ApiRefusal("AccessDeniedException", 403, { Message: message });
  }
  const type = request.headers.get("x-amz-invocation-type") ?? "RequestResponse";
  if (Object.hasOwn(LIMIT_BYTES, type)) return type as InvocationType;
  throw invalidMembers([notIn("invocationType", type, ["Event", "RequestResponse", "DryRun"])]);
}

/**
 * @returns whether the end of the log is wanted
 * @throws ApiRefusal
 */
export function wantsLog(request: Request): boolean {
  const type = request.headers.get("x-amz-log-type") ?? "None";
  if (LOG_TYPES.includes(type)) return type === "Tail";
  throw invalidMembers([notIn("logType", type, LOG_TYPES)]);
}

/**
 * @returns the client's context, JSON text
 * @throws ApiRefusal
 */
export function clientContext(request: Request): string | undefined {
  const sent = request.headers.get("x-amz-client-context");
  if (sent === null) return undefined;
  const text = Buffer.from(sent, "base64").toString();
  if (sent.length <= CONTEXT_BYTES && jsonObjectIn(text) !== undefined) return text;
  const message = "Client context must be a valid Base64-encoded JSON object.";
  const why = sent.length > CONTEXT_BYTES ? ` It is ${sent.length} bytes long; ${CONTEXT_BYTES} are allowed.` : "";
  throw new ApiRefusal("InvalidRequestContentException", 400, { ...{ Type: null }, message }, message + why);
}

/**
 * The function that a request names in its path, with the qualifier of the path or the query.
 * @param region that the request is signed for
 * @param requireRight throws when whoever asks may not invoke what has this ARN, whether or not it is there
 * @returns `arn` as the function is to find it in its context: with a qualifier when the request has one
 * @throws ApiRefusal
 */
export function invokedFunction(
  request: Request,
  functions: readonly FunctionModel[],
  region: string,
  requireRight: (arn: string) => void,
) {
  const { pathname, searchParams } = new URL(request.url);
  const given = decoded(pathname.split("/")[3]!);
  const asked = searchParams.get("Qualifier") ?? undefined;
  const parts = validParts(given, asked);
  const { name = given, account = functions[0]?.accountId ?? "", derived } = parts;
  if (parts.region !== undefined && parts.region !== region) {
    const Message = `Functions from '${parts.region}' are not reachable in this region ('${region}')`;
    throw new ApiRefusal("ResourceNotFoundException", 404, { ...{ Type: "User" }, Message });
  }
  if (asked !== undefined && derived !== undefined && asked !== derived) {
    throw new ApiRefusal("InvalidParameterValueException", 400, {
      ...{ Type: "User" },
      message: "The derived qualifier from the function name does not match the specified qualifier.",
    });
  }
  const stated = asked ?? derived;
  const partition = functions[0]?.arn.split(":")[1] ?? "aws";
  const wanted = `arn:${partition}:lambda:${region}:${account}:function:${name}`;
  requireRight(stated === undefined ? wanted : `${wanted}:${stated}`);
  const qualifier = stated ?? "$LATEST";
  const model = functions.find((one) => one.name === name && one.region === region && one.accountId === account);
  if (model && (qualifier === "$LATEST" || Object.hasOwn(model.qualifiers, qualifier))) {
    return { model, qualifier, arn: stated === undefined ? model.arn : `${model.arn}:${stated}` };
  }
  const Message = `Function not found: ${wanted}:${qualifier}`;
  const body = { Type: "User", Message };
  throw new ApiRefusal("ResourceNotFoundException", 404, body, `${Message}. The program declares none with this ARN.`);
}

/** What is not encoded as it has to be stays as it is, and names no function. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** @throws ApiRefusal */
function validParts(name: string, qualifier: string | undefined): Record<string, string | undefined> {
  const complaints: string[] = [];
  const parts = new RegExp(`^(?:${FUNCTION_NAME})$`).test(name) && PARTS.exec(name)?.groups;
  if (!parts) complaints.push(notMatching("functionName", name, FUNCTION_NAME));
  if (qualifier !== undefined && qualifier.length > QUALIFIER_LENGTH) {
    const constraint = `Member must have length less than or equal to ${QUALIFIER_LENGTH}`;
    complaints.push(`Value '${qualifier}' at 'qualifier' failed to satisfy constraint: ${constraint}`);
  }
  if (qualifier !== undefined && !new RegExp(`^(?:${QUALIFIER})$`).test(qualifier)) {
    complaints.push(notMatching("qualifier", qualifier, QUALIFIER));
  }
  if (!parts || complaints.length > 0) throw invalidMembers(complaints);
  return parts;
}

/**
 * @returns the event, JSON text
 * @throws ApiRefusal for what is not JSON in UTF-8
 */
export function eventOf(body: Buffer): string {
  if (body.length === 0) return "{}";
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    JSON.parse(text);
    return text;
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : "Invalid UTF-8";
    const message = `Could not parse request body into json: Could not parse payload into json: ${why}`;
    throw new ApiRefusal("InvalidRequestContentException", 400, { ...{ Type: "User" }, message });
  }
}

const notIn = (member: string, value: string, allowed: readonly string[]): string =>
  `Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(", ")}]`;

const notMatching = (member: string, value: string, pattern: string): string =>
  `Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`;
