/**
 * The custom message trigger: a function words what goes to a person, without seeing the code
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html).
 */
import type { AppClientModel, MessageTemplate } from "../../model.ts";
import { callTrigger, clientMetadata, type TriggerData, triggerAttributes } from "../accounts/triggers.ts";
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { tellTrigger } from "./invocation.ts";
import { unrecognizable } from "./response.ts";

/** Why a code is sent: the end of the trigger's source. */
export type CodeOccasion =
  | "SignUp"
  | "ResendCode"
  | "ForgotPassword"
  | "UpdateUserAttribute"
  | "VerifyUserAttribute"
  | "Authentication";

const CODE = "{####}";
const LINK = /\{##[^#]*##\}/;
const USERNAME = "{username}";

/** The function's member for each text, and how long it may be. */
const TEXTS = [
  { member: "smsMessage", text: "sms", longest: 140 },
  { member: "emailMessage", text: "email", longest: 20_000 },
  { member: "emailSubject", text: "subject", longest: 140 },
] as const;

/**
 * @param words `linked`: whether the mail confirms with a link, which then stands for the code; `withCode`: whether there is one
 * @returns the texts that the function set; one that has no place for what the message must carry is left out, and the
 *   request log says so
 * @throws CognitoError InvalidParameterException for an empty text, InvalidLambdaResponseException for one that is too
 *   long, and as `callTrigger` does
 */
export async function customTexts(
  pool: Pool,
  user: User,
  {
    source,
    client,
    data,
    linked,
    withCode = true,
  }: {
    source: CodeOccasion | "AdminCreateUser";
    client: AppClientModel | undefined;
    data: TriggerData | undefined;
    linked: boolean;
    withCode?: boolean;
  },
): Promise<Partial<Pick<MessageTemplate, "subject" | "email" | "sms">>> {
  const invitation = source === "AdminCreateUser";
  const triggerSource = `CustomMessage_${source}`;
  const response = await callTrigger(pool, "customMessage", {
    ...{ source: triggerSource, userName: user.username, clientId: client?.id ?? "CLIENT_ID_NOT_APPLICABLE" },
    request: {
      userAttributes: triggerAttributes(user),
      codeParameter: CODE,
      linkParameter: "{##Click Here##}",
      usernameParameter: invitation ? USERNAME : null,
      ...clientMetadata(data?.clientMetadata),
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  });
  const texts: Partial<Record<"subject" | "email" | "sms", string>> = {};
  for (const { member, text, longest } of TEXTS) {
    const value = response?.[member];
    if (typeof value !== "string") continue;
    if (value === "") throw invalidParameter("The message is empty.");
    if (value.length > longest) throw unrecognizable(`response.${member} has more than ${longest} characters.`);
    const missing =
      text === "subject"
        ? undefined
        : missingPlaceholder(value, { invitation, linked: linked && text === "email", withCode });
    if (missing === undefined) texts[text] = value;
    else
      tellTrigger(pool, pool.model.triggers.customMessage!.functionArn, triggerSource, {
        outcome: "answered",
        reason: `response.${member} has no ${missing}, so the pool's own text was sent.`,
      });
  }
  return texts;
}

function missingPlaceholder(
  text: string,
  { invitation, linked, withCode }: { invitation: boolean; linked: boolean; withCode: boolean },
): string | undefined {
  if (invitation && !text.includes(USERNAME)) return `${USERNAME} (request.usernameParameter)`;
  if (linked) return LINK.test(text) ? undefined : "{##Click Here##} (request.linkParameter)";
  return !withCode || text.includes(CODE) ? undefined : `${CODE} (request.codeParameter)`;
}
