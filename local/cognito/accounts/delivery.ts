/**
 * What goes to a person by e-mail or text message: where to, and which of the pool's texts. Codes, links and temporary
 * passwords are filled in here and nowhere else.
 */
import type { AppClientModel, MessageTemplate } from "../../model.ts";
import type { Pool } from "../pool.ts";
import type { MessageKind } from "../state/messages.ts";
import type { User } from "../state/users.ts";
import { maskDestination } from "./attributes.ts";

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

/** Where the pool sends sign-up codes to this person; e-mail when it verifies both. Not masked. */
export function codeDestination(pool: Pool, attributes: Record<string, string>): CodeDelivery | undefined {
  return (["email", "phone_number"] as const)
    .filter((attribute) => pool.model.autoVerifiedAttributes.includes(attribute))
    .map((attribute) => deliveryTo(attribute, attributes))
    .find((delivery) => delivery !== undefined);
}

export const masked = (delivery: CodeDelivery): CodeDelivery => ({
  ...delivery,
  destination: maskDestination(delivery.destination),
});

/**
 * Writes a code, or a link that carries it, to the outbox.
 * @param client whose hosted UI a link in the mail leads to; without one there is no link
 */
export function sendCode(
  pool: Pool,
  user: User,
  delivery: CodeDelivery,
  kind: MessageKind,
  code: string,
  client?: AppClientModel,
): void {
  const template = templateFor(pool, kind, client !== undefined);
  const { verification } = pool.model.messages;
  const linked = template === verification && verification.option === "CONFIRM_WITH_LINK";
  const text =
    linked && client && delivery.medium === "EMAIL"
      ? withLink(pool, client, user, template.email, code)
      : textOf(template, delivery, "{####}");
  post(pool, delivery, template, kind, code, fill(text, user.username, code));
}

/** @param name as the person signs in */
export function sendInvitation(
  pool: Pool,
  user: User,
  name: string,
  password: string,
  media: readonly CodeDelivery["medium"][],
): void {
  const template = pool.model.messages.invitation;
  for (const delivery of [deliveryTo("email", user.attributes), deliveryTo("phone_number", user.attributes)]) {
    if (!delivery || !media.includes(delivery.medium)) continue;
    const text = textOf(template, delivery, "");
    post(pool, delivery, template, "admin-create-user", null, fill(text, name, password));
  }
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
      return messages.secondFactor;
    case "admin-create-user":
      return messages.invitation;
    case "verify-attribute":
      return messages.code;
  }
}

/** A text without its placeholder would carry no code, and nobody could go on. */
function textOf(template: MessageTemplate, { medium }: CodeDelivery, placeholder: string): string {
  const text = medium === "EMAIL" ? template.email : template.sms;
  return text.includes(placeholder) ? text : `${text} {####}`;
}

/** In one pass: neither a name nor a password is read for placeholders. */
const fill = (text: string, username: string, secret: string): string =>
  text.replace(/\{(?:####|username)\}/g, (placeholder) => (placeholder === "{####}" ? secret : username));

function post(
  pool: Pool,
  { destination, medium }: CodeDelivery,
  { subject }: MessageTemplate,
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
