/**
 * What Cognito takes as a trigger's answer: the whole event, with a `response` whose members are known and of their types
 * (developer guide, "Customizing user pool workflows with Lambda triggers").
 */

import { isJsonObject } from "../../json-object.ts";
import { CognitoError } from "../errors.ts";

export interface TriggerEvent {
  version: string;
  region: string;
  userPoolId: string;
  userName: string;
  callerContext: { awsSdkVersion: string; clientId: string | null };
  /** e.g. `PreSignUp_SignUp` */
  triggerSource: string;
  request: Record<string, unknown>;
  /** As the function receives it: every member that it may set, with the value that changes nothing. */
  response: Record<string, unknown>;
}
const isText = (value: unknown) => typeof value === "string";
const isFlag = (value: unknown) => typeof value === "boolean";
const isTextMap = (value: unknown) => isJsonObject(value) && Object.values(value).every(isText);
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

/** By the member's name, which means the same in every trigger. `null` is always what was not set. */
const MEMBERS: Record<string, (value: unknown) => boolean> = {
  autoConfirmUser: isFlag,
  autoVerifyEmail: isFlag,
  autoVerifyPhone: isFlag,
  answerCorrect: isFlag,
  challengeName: isText,
  issueTokens: isFlag,
  failAuthentication: isFlag,
  publicChallengeParameters: isTextMap,
  privateChallengeParameters: isTextMap,
  challengeMetadata: isText,
  smsMessage: isText,
  emailMessage: isText,
  emailSubject: isText,
  userAttributes: isTextMap,
  forceAliasCreation: isFlag,
  enableSMSMFA: isFlag,
  finalUserStatus: isText,
  messageAction: isText,
  desiredDeliveryMediums: isTexts,
  claimsOverrideDetails: isJsonObject,
  claimsAndScopeOverrideDetails: isJsonObject,
};

/**
 * @param payload what the function answered, JSON text
 * @param sent the event that it was given
 * @throws CognitoError InvalidLambdaResponseException
 */
export function validResponse(payload: string, sent: TriggerEvent): Record<string, unknown> {
  let answered: unknown;
  try {
    answered = JSON.parse(payload);
  } catch {
    throw invalidJson("The function's answer is not JSON.");
  }
  if (answered === null || answered === undefined)
    throw invalidJson("The function answered nothing. Return the event that it was given.");
  if (!isJsonObject(answered)) throw unrecognizable("The function's answer is not an object. Return the event.");
  for (const [name, value] of Object.entries(sent))
    if (!sameKind(answered[name], value))
      throw unrecognizable(`The function's answer has no usable ${name}. Return the event that it was given.`);
  const response = answered.response as Record<string, unknown>;
  for (const [name, value] of Object.entries(response)) {
    if (!Object.hasOwn(sent.response, name)) throw unrecognizable(`response.${name} is not part of this trigger.`);
    if (value !== null && !MEMBERS[name]!(value)) throw unrecognizable(`response.${name} has the wrong type.`);
  }
  return response;
}

const sameKind = (answered: unknown, sent: unknown): boolean =>
  isJsonObject(sent) ? isJsonObject(answered) && (!("clientId" in sent) || "clientId" in answered) : isText(answered);

const invalidJson = (reason: string) =>
  new CognitoError("InvalidLambdaResponseException", "Invalid lambda function output : Invalid JSON", reason);

/** @param reason what is wrong with it, for the request log */
export const unrecognizable = (reason: string) =>
  new CognitoError("InvalidLambdaResponseException", "Unrecognizable lambda output", reason);
