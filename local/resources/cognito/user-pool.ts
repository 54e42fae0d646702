/** aws:cognito/userPool:UserPool: a directory of users (CreateUserPool, and its defaults and refusals). */
import type { cognito } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type {
  DeviceTracking,
  FirstFactor,
  PasskeyConfiguration,
  PasswordPolicy,
  RecoveryMechanism,
  TriggerModel,
  TriggerName,
  UserPoolModel,
} from "../../model.ts";
import { notServed, served, servedExcept, withoutEffect } from "../contract.ts";
import { arnOf, flag, list, map, number, physicalName, resourceType, stableId, text } from "../resource-type.ts";
import { attributeSchemas } from "./attribute-schema.ts";
import { messageTemplates } from "./message-templates.ts";

/** Which functions a pool may call. */
const TRIGGERS: TriggerName[] = [
  ...(["preSignUp", "preAuthentication", "postAuthentication", "preTokenGeneration"] as const),
  ...(["defineAuthChallenge", "createAuthChallenge", "verifyAuthChallengeResponse"] as const),
  ...(["postConfirmation", "userMigration", "customMessage", "customEmailSender", "customSmsSender"] as const),
];

const FIRST_FACTORS: FirstFactor[] = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"];

const SENDER = withoutEffect("it only says how the function above it is called");

export const userPool = resourceType<cognito.UserPool, cognito.UserPoolArgs>("aws:cognito/userPool:UserPool", {
  inputs: {
    accountRecoverySetting: { parts: { recoveryMechanisms: { parts: { name: served, priority: served } } } },
    adminCreateUserConfig: {
      parts: {
        allowAdminCreateUserOnly: served,
        inviteMessageTemplate: { parts: { emailMessage: served, emailSubject: served, smsMessage: served } },
      },
    },
    aliasAttributes: served,
    autoVerifiedAttributes: served,
    deletionProtection: served,
    deviceConfiguration: { parts: { challengeRequiredOnNewDevice: served, deviceOnlyRememberedOnUserPrompt: served } },
    emailConfiguration: {
      parts: {
        configurationSet: served,
        emailSendingAccount: served,
        fromEmailAddress: served,
        replyToEmailAddress: served,
        sourceArn: served,
      },
    },
    emailMfaConfiguration: { parts: { message: served, subject: served } },
    emailVerificationMessage: served,
    emailVerificationSubject: served,
    lambdaConfig: {
      parts: {
        preSignUp: served,
        preAuthentication: served,
        postAuthentication: served,
        preTokenGeneration: served,
        preTokenGenerationConfig: { parts: { lambdaArn: served, lambdaVersion: served } },
        defineAuthChallenge: served,
        createAuthChallenge: served,
        verifyAuthChallengeResponse: served,
        postConfirmation: served,
        userMigration: served,
        customMessage: served,
        customEmailSender: {
          parts: {
            lambdaArn: notServed("the function is not called; mail is on the console page"),
            lambdaVersion: SENDER,
          },
        },
        customSmsSender: {
          parts: {
            lambdaArn: notServed("the function is not called; text messages are on the console page"),
            lambdaVersion: SENDER,
          },
        },
        kmsKeyId: SENDER,
      },
    },
    mfaConfiguration: served,
    name: served,
    passwordPolicy: {
      parts: {
        minimumLength: served,
        passwordHistorySize: served,
        requireLowercase: served,
        requireNumbers: served,
        requireSymbols: served,
        requireUppercase: served,
        temporaryPasswordValidityDays: served,
      },
    },
    region: served,
    schemas: {
      parts: {
        attributeDataType: served,
        developerOnlyAttribute: served,
        mutable: served,
        name: served,
        numberAttributeConstraints: { parts: { maxValue: served, minValue: served } },
        required: served,
        stringAttributeConstraints: { parts: { maxLength: served, minLength: served } },
      },
    },
    signInPolicy: {
      parts: {
        allowedFirstAuthFactors: served,
      },
    },
    smsAuthenticationMessage: served,
    smsConfiguration: { parts: { externalId: served, snsCallerArn: served, snsRegion: served } },
    smsVerificationMessage: served,
    softwareTokenMfaConfiguration: { parts: { enabled: served } },
    tags: served,
    userAttributeUpdateSettings: { parts: { attributesRequireVerificationBeforeUpdates: served } },
    userPoolAddOns: {
      parts: {
        // Does not guard, not even as ENFORCED: on AWS most sign-ins are rated without risk and let in, which is what all of
        // them are here; to refuse everybody would leave nothing of the pool. An action that a RiskConfiguration spells out
        // is a rule of the program's own, and guards.
        advancedSecurityMode: notServed(
          "threat protection does not run here: no sign-in is rated, so none is blocked for its risk",
          { unless: ["OFF"] },
        ),
        advancedSecurityAdditionalFlows: {
          parts: { customAuthMode: withoutEffect("it is about CUSTOM_AUTH, which is refused") },
        },
      },
    },
    userPoolTier: served,
    usernameAttributes: served,
    usernameConfiguration: { parts: { caseSensitive: served } },
    verificationMessageTemplate: {
      parts: {
        defaultEmailOption: served,
        emailMessage: served,
        emailMessageByLink: served,
        emailSubject: served,
        emailSubjectByLink: served,
        smsMessage: served,
      },
    },
    webAuthnConfiguration: {
      parts: {
        relyingPartyId: servedExcept(
          "passkeys are made for localhost here: a browser makes those of another domain only on that domain's own pages",
          (value) => value !== "localhost",
        ),
        userVerification: served,
      },
    },
  },

  create(resource, account) {
    const { inputs } = resource;
    refuseImpossible(inputs);
    attributeSchemas(inputs.schemas);
    const id = `${account.region}_${stableId(resource.urn, 9, "mixed")}`;
    const now = new Date(0).toISOString();
    const texts = messageTemplates(inputs);
    return {
      id,
      outputs: {
        name: physicalName(resource),
        arn: arnOf(account, "cognito-idp", `userpool/${id}`),
        endpoint: `cognito-idp.${account.region}.amazonaws.com/${id}`,
        userPoolTier: tierOf(inputs),
        mfaConfiguration: text(inputs.mfaConfiguration) ?? "OFF",
        deletionProtection: text(inputs.deletionProtection) ?? "INACTIVE",
        passwordPolicy: { ...passwordPolicy(inputs) },
        adminCreateUserConfig: inputs.adminCreateUserConfig ?? { allowAdminCreateUserOnly: false },
        emailVerificationMessage: text(inputs.emailVerificationMessage) ?? texts.code.email,
        emailVerificationSubject: text(inputs.emailVerificationSubject) ?? texts.code.subject,
        smsVerificationMessage: texts.code.sms,
        verificationMessageTemplate: inputs.verificationMessageTemplate ?? { defaultEmailOption: "CONFIRM_WITH_CODE" },
        usernameConfiguration: inputs.usernameConfiguration ?? { caseSensitive: true },
        signInPolicy: inputs.signInPolicy ?? { allowedFirstAuthFactors: ["PASSWORD"] },
        creationDate: now,
        lastModifiedDate: now,
        estimatedNumberOfUsers: 0,
        domain: "",
        customDomain: "",
      },
    };
  },

  existing: (id, account) => ({
    arn: arnOf(account, "cognito-idp", `userpool/${id}`),
    endpoint: `cognito-idp.${account.region}.amazonaws.com/${id}`,
  }),

  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    const pool: UserPoolModel = {
      id,
      arn: outputs.arn as string,
      name: outputs.name as string,
      usernameAttributes: list(inputs.usernameAttributes),
      aliasAttributes: list(inputs.aliasAttributes),
      usernameCaseSensitive: flag(
        map<unknown>(inputs.usernameConfiguration).caseSensitive,
        inputs.usernameConfiguration === undefined,
      ),
      autoVerifiedAttributes: list(inputs.autoVerifiedAttributes),
      passwordPolicy: passwordPolicy(inputs),
      mfa: outputs.mfaConfiguration as UserPoolModel["mfa"],
      softwareTokenMfa: flag(map<unknown>(inputs.softwareTokenMfaConfiguration).enabled),
      emailMfa: inputs.emailMfaConfiguration !== undefined,
      firstFactors: firstFactors(inputs),
      sms: inputs.smsConfiguration !== undefined,
      adminCreateUserOnly: flag(map<unknown>(inputs.adminCreateUserConfig).allowAdminCreateUserOnly),
      schema: attributeSchemas(inputs.schemas),
      messages: messageTemplates(inputs),
      verifiedBeforeUpdate: list(
        map<unknown>(inputs.userAttributeUpdateSettings).attributesRequireVerificationBeforeUpdates,
      ),
      devices: deviceTracking(inputs),
      passkeys: passkeys(inputs),
      accountRecovery: accountRecovery(inputs),
      triggers: triggers(inputs),
      riskActions: [],
      described: described(inputs),
      tier: outputs.userPoolTier as UserPoolModel["tier"],
      deletionProtection: outputs.deletionProtection === "ACTIVE",
      domains: [],
      clients: [],
      resourceServers: [],
      groups: [],
      identityProviders: [],
      users: [],
    };
    cloud.model.userPools.push(pool);
    cloud.atTheEnd(resource, () => {
      for (const sentence of idleFirstFactors(pool)) cloud.warn(sentence);
    });
  },
});

/** What a pool allows and nobody can sign in with, here and on AWS, which says nothing of it. */
function idleFirstFactors({ name, firstFactors: allowed, sms, clients }: UserPoolModel): string[] {
  const idle: string[] = [];
  if (allowed.includes("SMS_OTP") && !sms)
    idle.push(
      `Nobody of the user pool "${name}" is offered SMS_OTP: it sends no text messages without smsConfiguration.`,
    );
  const passwordless = allowed.filter((factor) => factor !== "PASSWORD");
  if (
    passwordless.length > 0 &&
    clients.length > 0 &&
    !clients.some(({ explicitAuthFlows }) => explicitAuthFlows.includes("ALLOW_USER_AUTH"))
  )
    idle.push(
      `Nobody of the user pool "${name}" is offered ${passwordless.join(" or ")}: none of its app clients has ALLOW_USER_AUTH in explicitAuthFlows.`,
    );
  return idle;
}

const firstFactors = (inputs: Values): FirstFactor[] =>
  list(map<unknown>(inputs.signInPolicy).allowedFirstAuthFactors ?? ["PASSWORD"]);

const tierOf = (inputs: Values): string => text(inputs.userPoolTier) ?? "ESSENTIALS";

/** What CreateUserPool and SetUserPoolMfaConfig refuse that a program's types let through. */
function refuseImpossible(inputs: Values): void {
  const tier = tierOf(inputs);
  const security = text(map<unknown>(inputs.userPoolAddOns).advancedSecurityMode) ?? "OFF";
  if (security !== "OFF" && tier !== "PLUS")
    throw new ResourceProblem(
      `FeatureUnavailableInTierException: threat protection (userPoolAddOns.advancedSecurityMode = ${security}) needs userPoolTier PLUS, and the pool's is ${tier}.`,
    );
  if (list(inputs.usernameAttributes).length > 0 && list(inputs.aliasAttributes).length > 0)
    throw new ResourceProblem(
      "InvalidParameterException: Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
    );
  const { minimumLength } = passwordPolicy(inputs);
  if (minimumLength < 6 || minimumLength > 99)
    throw new ResourceProblem(
      `InvalidParameterException: 1 validation error detected: Value '${minimumLength}' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value ${minimumLength < 6 ? "greater than or equal to 6" : "less than or equal to 99"}`,
    );
  if (list(inputs.autoVerifiedAttributes).includes("phone_number") && inputs.smsConfiguration === undefined)
    throw new ResourceProblem(
      "InvalidParameterException: SMS configuration is required when phone_number is selected for auto verification",
    );
  const email = inputs.emailMfaConfiguration !== undefined;
  if (email && tier === "LITE")
    throw new ResourceProblem(
      "FeatureUnavailableInTierException: a second factor by e-mail (emailMfaConfiguration) is not available in the LITE tier.",
    );
  if (email && text(map<unknown>(inputs.emailConfiguration).emailSendingAccount) !== "DEVELOPER")
    throw new ResourceProblem(
      "InvalidParameterException: a second factor by e-mail (emailMfaConfiguration) needs mail through Amazon SES: set emailConfiguration.emailSendingAccount to DEVELOPER, with a sourceArn.",
    );
  refuseFirstFactors(inputs);
  refuseImpossiblePasskeys(inputs, tier);
  const factors = [inputs.smsConfiguration, inputs.softwareTokenMfaConfiguration, inputs.emailMfaConfiguration];
  if ((text(inputs.mfaConfiguration) ?? "OFF") !== "OFF" && factors.every((factor) => factor === undefined))
    throw new ResourceProblem(
      "InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is required/optional. Or set softwareTokenMfaConfiguration.",
    );
}

/** The words about MFA are recorded (go-to-k/cdkd#1975); those about the tier are not. */
function refuseFirstFactors(inputs: Values): void {
  const factors = firstFactors(inputs);
  const unknown = factors.find((factor) => !FIRST_FACTORS.includes(factor));
  if (unknown !== undefined)
    throw new ResourceProblem(
      `InvalidParameterException: 1 validation error detected: Value '[${factors.join(", ")}]' at 'policies.signInPolicy.allowedFirstAuthFactors' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [${FIRST_FACTORS.join(", ")}]]`,
    );
  if (!factors.includes("PASSWORD"))
    throw new ResourceProblem(
      "InvalidParameterException: Password should be configured as one of the allowed first auth factors.",
    );
  const passwordless = factors.filter((factor) => factor !== "PASSWORD");
  if (passwordless.length > 0 && tierOf(inputs) === "LITE")
    throw new ResourceProblem(
      `FeatureUnavailableInTierException: signing in with ${passwordless.join(", ")} (signInPolicy.allowedFirstAuthFactors) is not available in the LITE tier: set userPoolTier to ESSENTIALS or PLUS.`,
    );
  if (inputs.mfaConfiguration === "ON" && (factors.includes("EMAIL_OTP") || factors.includes("SMS_OTP")))
    throw new ResourceProblem(
      "InvalidParameterException: Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
    );
}

/** WebAuthnConfigurationType; the sentence about a required second factor was recorded. */
function refuseImpossiblePasskeys(inputs: Values, tier: string): void {
  const { relyingPartyId, userVerification } = map<unknown>(inputs.webAuthnConfiguration);
  if (tier === "LITE" && inputs.webAuthnConfiguration !== undefined)
    throw new ResourceProblem(
      "FeatureUnavailableInTierException: passkeys (webAuthnConfiguration) are not available in the LITE tier: set userPoolTier to ESSENTIALS or PLUS.",
    );
  const id = text(relyingPartyId);
  if (id !== undefined && (id.length === 0 || id.length > 127))
    throw new ResourceProblem(
      `InvalidParameterException: 1 validation error detected: Value '${id}' at 'webAuthnConfiguration.relyingPartyId' failed to satisfy constraint: Member must have length ${id.length === 0 ? "greater than or equal to 1" : "less than or equal to 127"}`,
    );
  if (userVerification !== undefined && userVerification !== "required" && userVerification !== "preferred")
    throw new ResourceProblem(
      `InvalidParameterException: 1 validation error detected: Value '${String(userVerification)}' at 'webAuthnConfiguration.userVerification' failed to satisfy constraint: Member must satisfy enum value set: [required, preferred]`,
    );
  if (firstFactors(inputs).includes("WEB_AUTHN") && text(inputs.mfaConfiguration) === "ON")
    throw new ResourceProblem(
      "InvalidParameterException: Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor",
    );
}

/** A pool without a policy has Cognito's default; one with a policy has the API's default for each rule it leaves out. */
function passwordPolicy(inputs: Values): PasswordPolicy {
  const given = inputs.passwordPolicy as Values | undefined;
  const rule = given === undefined;
  return {
    minimumLength: number(given?.minimumLength, 8),
    requireLowercase: flag(given?.requireLowercase, rule),
    requireUppercase: flag(given?.requireUppercase, rule),
    requireNumbers: flag(given?.requireNumbers, rule),
    requireSymbols: flag(given?.requireSymbols, rule),
    temporaryPasswordValidityDays: number(given?.temporaryPasswordValidityDays, 7) || 7,
    passwordHistorySize: number(given?.passwordHistorySize, 0),
  };
}

function accountRecovery(inputs: Values): RecoveryMechanism[] | undefined {
  const mechanisms = list<Values>(map<unknown>(inputs.accountRecoverySetting).recoveryMechanisms);
  if (mechanisms.length === 0) return undefined;
  return mechanisms
    .toSorted((a, b) => number(a.priority, 1) - number(b.priority, 1))
    .map(({ name }) => name as RecoveryMechanism);
}

function triggers(inputs: Values): UserPoolModel["triggers"] {
  const config = map<unknown>(inputs.lambdaConfig);
  const found: Partial<Record<TriggerName, TriggerModel>> = {};
  for (const name of TRIGGERS) {
    // Of the two ways to name the token trigger, the one with a version wins.
    const value = (name === "preTokenGeneration" && config.preTokenGenerationConfig) || config[name];
    const functionArn = text(typeof value === "object" ? map<unknown>(value).lambdaArn : value);
    if (!functionArn) continue;
    found[name] = {
      functionArn,
      version: typeof value === "object" ? text(map<unknown>(value).lambdaVersion) : undefined,
    };
  }
  return found;
}

/** Any value turns it on (DeviceConfigurationType). */
function deviceTracking({ deviceConfiguration }: Values): DeviceTracking | undefined {
  if (deviceConfiguration === undefined) return undefined;
  const { challengeRequiredOnNewDevice, deviceOnlyRememberedOnUserPrompt } = map<unknown>(deviceConfiguration);
  return {
    replaceSecondFactor: flag(challengeRequiredOnNewDevice),
    onlyOnUserPrompt: flag(deviceOnlyRememberedOnUserPrompt),
  };
}

function passkeys({ webAuthnConfiguration }: Values): PasskeyConfiguration {
  const { relyingPartyId, userVerification } = map<unknown>(webAuthnConfiguration);
  return {
    relyingPartyId: text(relyingPartyId),
    userVerification: userVerification === "required" ? "required" : "preferred",
  };
}

/** The inputs that DescribeUserPool answers as they were given, under the API's names. */
function described(inputs: Values): Record<string, unknown> {
  const email = map<unknown>(inputs.emailConfiguration);
  const sms = inputs.smsConfiguration as Values | undefined;
  const device = inputs.deviceConfiguration as Values | undefined;
  const addOns = inputs.userPoolAddOns as Values | undefined;
  const webAuthn = inputs.webAuthnConfiguration as Values | undefined;
  return {
    EmailConfiguration: {
      SourceArn: email.sourceArn,
      ReplyToEmailAddress: email.replyToEmailAddress,
      EmailSendingAccount: email.emailSendingAccount ?? "COGNITO_DEFAULT",
      From: email.fromEmailAddress,
      ConfigurationSet: email.configurationSet,
    },
    SmsConfiguration: sms && { SnsCallerArn: sms.snsCallerArn, ExternalId: sms.externalId, SnsRegion: sms.snsRegion },
    DeviceConfiguration: device && {
      ChallengeRequiredOnNewDevice: flag(device.challengeRequiredOnNewDevice),
      DeviceOnlyRememberedOnUserPrompt: flag(device.deviceOnlyRememberedOnUserPrompt),
    },
    UserPoolAddOns: addOns && { AdvancedSecurityMode: addOns.advancedSecurityMode },
    UserPoolTags: map(inputs.tags),
    SmsAuthenticationMessage: inputs.smsAuthenticationMessage,
    SmsVerificationMessage: inputs.smsVerificationMessage,
    SignInPolicy: { AllowedFirstAuthFactors: firstFactors(inputs) },
    WebAuthnConfiguration: webAuthn && {
      RelyingPartyId: webAuthn.relyingPartyId,
      UserVerification: webAuthn.userVerification,
    },
  };
}
