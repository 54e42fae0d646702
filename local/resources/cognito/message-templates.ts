/**
 * Every text that a user pool sends, with Cognito's own where the program gives none
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html).
 */
import type { Values } from "../../engine/values.ts";
import type { MessageTemplates } from "../../model.ts";
import { map, text } from "../resource-type.ts";

const CONFIRMATION_CODE = "Your confirmation code is {####}";
const PASSWORD_RESET_CODE = "Your password reset code is {####}";
const AUTHENTICATION_CODE = "Your authentication code is {####}";
const TEMPORARY_PASSWORD = "Your username is {username} and temporary password is {####}";

/** @param inputs of a user pool */
export function messageTemplates(inputs: Values): MessageTemplates {
  const template = map<unknown>(inputs.verificationMessageTemplate);
  const invitation = map<unknown>(map<unknown>(inputs.adminCreateUserConfig).inviteMessageTemplate);
  const secondFactor = map<unknown>(inputs.emailMfaConfiguration);
  const given = {
    subject: text(template.emailSubject) ?? text(inputs.emailVerificationSubject),
    email: text(template.emailMessage) ?? text(inputs.emailVerificationMessage),
    sms: text(template.smsMessage) ?? text(inputs.smsVerificationMessage),
  };
  const code = {
    subject: given.subject ?? "Your verification code",
    email: given.email ?? CONFIRMATION_CODE,
    sms: given.sms ?? CONFIRMATION_CODE,
  };
  return {
    code,
    verification:
      template.defaultEmailOption === "CONFIRM_WITH_LINK"
        ? {
            option: "CONFIRM_WITH_LINK",
            subject: text(template.emailSubjectByLink) ?? "Your verification link",
            email:
              text(template.emailMessageByLink) ??
              "Please click the link below to verify your email address. {##Verify Email##}",
            sms: code.sms,
          }
        : { option: "CONFIRM_WITH_CODE", ...code },
    passwordReset: {
      subject: code.subject,
      email: given.email ?? PASSWORD_RESET_CODE,
      sms: given.sms ?? PASSWORD_RESET_CODE,
    },
    invitation: {
      subject: text(invitation.emailSubject) ?? "Your temporary password",
      email: text(invitation.emailMessage) ?? TEMPORARY_PASSWORD,
      sms: text(invitation.smsMessage) ?? TEMPORARY_PASSWORD,
    },
    secondFactor: {
      subject: text(secondFactor.subject) ?? "Your authentication code",
      email: text(secondFactor.message) ?? AUTHENTICATION_CODE,
      sms: text(inputs.smsAuthenticationMessage) ?? AUTHENTICATION_CODE,
    },
  };
}
