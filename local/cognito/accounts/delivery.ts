/**
 * What goes to a person by e-mail or text message: where to, and which of the pool's texts. Codes, links and temporary
 * passwords are filled in here and nowhere else.
 */
import type { AppClientModel, MessageTemplate } from "../../model.ts";
import type { Pool } from "../pool.ts";
import type { CodePurpose } from "../state/codes.ts";
import type { MessageKind } from "../state/messages.ts";
import type { User } from "../state/users.ts";
import type { CodeOccasion } from "../triggers/custom-message.ts";
import { maskDestination } from "./attributes.ts";
import type { TriggerData } from "./triggers.ts";

type Texts = Pick<MessageTemplate, "subject" | "email" | "sms">;

export interface CodeDelivery {
  /** Masked, as the caller may see it. */
  destination: string;
  medium: "EMAIL" | "SMS";
  attribute: "email" | "phone_number";
}

/** Not masked; `undefined` for somebody who has no such attribute. */
export function deliveryTo(
  attribute: CodeDelivery["attribute"],
  attributes: Record<string, string>,
): CodeDelivery | undefined {
  const destination = attributes[attribute];
  return destination ? { destination, medium: attribute === "email" ? "EMAIL" : "SMS", attribute } : undefined;
}

/**
 * Where the pool sends sign-up codes to this person: to the phone when it verifies both and there are both, and the e-mail
 * address is not verified then (developer guide, "Configuring email or phone verification"). Not masked.
 */
export function codeDestination(pool: Pool, attributes: Record<string, string>): CodeDelivery | undefined {
  return (["phone_number", "email"] as const)
    .filter((attribute) => pool.model.autoVerifiedAttributes.includes(attribute))
    .map((attribute) => deliveryTo(attribute, attributes))
    .find((delivery) => delivery !== undefined);
}

export const masked = (delivery: CodeDelivery): CodeDelivery => ({
  ...delivery,
  destination: maskDestination(delivery.destination),
});

const kinds: Record<CodeOccasion, MessageKind> = {
  SignUp: "sign-up",
  ResendCode: "resend-code",
  ForgotPassword: "forgot-password",
  UpdateUserAttribute: "verify-attribute",
  VerifyUserAttribute: "verify-attribute",
  Authentication: "second-factor",
};

export interface CodeMessage {
  occasion: CodeOccasion;
  /** What the code proves. */
  purpose: CodePurpose;
  /** What becomes the attribute's value once the code came back. */
  value?: string | undefined;
  /** The app client that was asked, to whose hosted UI a link leads; `undefined` where an administrator acts. */
  client: AppClientModel | undefined;
  data?: TriggerData | undefined;
  /** How long the code is good, where that is not what such codes are. */
  seconds?: number | undefined;
}

/**
 * Makes a code and writes it, or a link that carries it, to the outbox. The pool's function words the message first: when
 * it fails, no code is made, and one that was sent before stays good.
 * @throws CognitoError as the custom message trigger fails
 */
export async function sendCode(
  pool: Pool,
  user: User,
  delivery: CodeDelivery,
  { occasion, purpose, value, client, data, seconds }: CodeMessage,
): Promise<void> {
  const kind = purpose === "EMAIL_OTP" || purpose === "SMS_OTP" ? "sign-in" : kinds[occasion];
  const own = templateFor(pool, kind, client !== undefined);
  const { verification } = pool.model.messages;
  const linked = own === verification && verification.option === "CONFIRM_WITH_LINK";
  const template = await worded(pool, user, own, { source: occasion, client, data, linked });
  pool.platform.store.transaction(() => {
    const code = pool.codes.issue(user.sub, purpose, value, seconds === undefined ? undefined : seconds * 1000);
    const text =
      linked && client && delivery.medium === "EMAIL"
        ? withLink(pool, client, user, template.email, code)
        : textOf(template, delivery, "{####}");
    post(pool, delivery, template, kind, code, fill(text, { "{####}": code }));
  });
}

/**
 * The texts of an invitation, in the words of the pool's function.
 * @param withPassword whether it carries a temporary password
 * @throws CognitoError as the custom message trigger fails
 */
export const invitationTexts = (pool: Pool, user: User, data?: TriggerData, withPassword = true): Promise<Texts> =>
  worded(pool, user, pool.model.messages.invitation, {
    ...{ source: "AdminCreateUser", client: undefined, data, linked: false, withCode: withPassword },
  });

/**
 * Writes an invitation to the outbox.
 * @param name as the person signs in
 * @param password `undefined` for somebody who has none: the text is sent without it
 * @param template the pool's own texts, or those of its function
 */
export function sendInvitation(
  pool: Pool,
  user: User,
  name: string,
  password: string | undefined,
  media: readonly CodeDelivery["medium"][],
  template: Texts = pool.model.messages.invitation,
): void {
  for (const delivery of [deliveryTo("email", user.attributes), deliveryTo("phone_number", user.attributes)]) {
    if (!delivery || !media.includes(delivery.medium)) continue;
    const text = textOf(template, delivery, "");
    const values = { "{username}": name, "{####}": password ?? "" };
    post(pool, delivery, template, "admin-create-user", null, fill(text, values));
  }
}

/** What calls the function is loaded only in a pool that has it. */
async function worded(
  pool: Pool,
  user: User,
  own: Texts,
  words: Parameters<typeof import("../triggers/custom-message.ts").customTexts>[2],
): Promise<Texts> {
  if (!pool.model.triggers.customMessage) return own;
  const { customTexts } = await import("../triggers/custom-message.ts");
  return { ...own, ...(await customTexts(pool, user, words)) };
}

/** A link only where an app client is known whose hosted UI it may lead to. */
function templateFor({ model: { messages } }: Pool, kind: MessageKind, canLink: boolean): MessageTemplate {
  switch (kind) {
    case "sign-up":
    case "resend-code":
      return canLink ? messages.verification : messages.code;
    case "forgot-password":
      return messages.passwordReset;
    case "second-factor":
    case "sign-in":
      return messages.secondFactor;
    case "admin-create-user":
      return messages.invitation;
    case "verify-attribute":
      return messages.code;
  }
}

/** A text without its placeholder would carry no code, and nobody could go on. */
function textOf(template: Texts, { medium }: CodeDelivery, placeholder: string): string {
  const text = medium === "EMAIL" ? template.email : template.sms;
  return text.includes(placeholder) ? text : `${text} {####}`;
}

/** In one pass: neither a name nor a password is read for placeholders. */
const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(?:####|username)\}/g, (placeholder) => values[placeholder] ?? placeholder);

function post(
  pool: Pool,
  { destination, medium }: CodeDelivery,
  { subject }: Texts,
  kind: MessageKind,
  code: string | null,
  body: string,
): void {
  pool.outbox.send(pool.model, { to: destination, subject: medium === "EMAIL" ? subject : "", body, code, kind });
}

/** `{##Verify Email##}` becomes a link to the hosted UI's `/confirmUser`. */
function withLink(pool: Pool, client: AppClientModel, user: User, message: string, code: string): string {
  const query = new URLSearchParams({ client_id: client.id, user_name: user.username, confirmation_code: code });
  const href = `${pool.hostedUiOrigin ?? pool.issuer}/confirmUser/?${query}`.replaceAll("&", "&amp;");
  const marked = /\{##([^#]*)##\}/.test(message) ? message : `${message} {##Verify Email##}`;
  return marked.replace(/\{##([^#]*)##\}/g, (_, text: string) => `<a href="${href}">${text}</a>`);
}
