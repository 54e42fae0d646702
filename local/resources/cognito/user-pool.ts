/** aws:cognito/userPool:UserPool: a directory of users (CreateUserPool, and its defaults). */

import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { AttributeSchema, PasswordPolicy, UserPoolModel } from "../../model.ts";
import { arnOf, flag, list, map, number, physicalName, type ResourceType, stableId, text } from "../resource-type.ts";

const STANDARD_ATTRIBUTES = new Set([
  ...[
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
  ],
  ...["website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number"],
  ...["phone_number_verified", "address", "updated_at"],
]);

export const userPool: ResourceType = {
  type: "aws:cognito/userPool:UserPool",

  create(resource, account) {
    const { inputs } = resource;
    const tier = text(inputs.userPoolTier) ?? "ESSENTIALS";
    const security = text(map<unknown>(inputs.userPoolAddOns).advancedSecurityMode) ?? "OFF";
    if (security !== "OFF" && tier !== "PLUS") {
      throw new ResourceProblem(
        `FeatureUnavailableInTierException: threat protection (userPoolAddOns.advancedSecurityMode = ${security}) needs userPoolTier PLUS, and the pool's is ${tier}.`,
      );
    }
    const id = `${account.region}_${stableId(resource.urn, 9, "mixed")}`;
    const now = new Date(0).toISOString();
    return {
      id,
      outputs: {
        name: physicalName(resource),
        arn: arnOf(account, "cognito-idp", `userpool/${id}`),
        endpoint: `cognito-idp.${account.region}.amazonaws.com/${id}`,
        region: account.region,
        userPoolTier: tier,
        mfaConfiguration: text(inputs.mfaConfiguration) ?? "OFF",
        deletionProtection: text(inputs.deletionProtection) ?? "INACTIVE",
        passwordPolicy: { ...passwordPolicy(inputs) },
        creationDate: now,
        lastModifiedDate: now,
        estimatedNumberOfUsers: 0,
        domain: "",
        customDomain: "",
      },
    };
  },

  declare({ id, inputs, outputs }, cloud) {
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
      adminCreateUserOnly: flag(map<unknown>(inputs.adminCreateUserConfig).allowAdminCreateUserOnly),
      schema: list<Values>(inputs.schemas).map(attributeSchema),
      verificationEmail: verificationEmail(inputs),
      tier: outputs.userPoolTier as UserPoolModel["tier"],
      deletionProtection: outputs.deletionProtection === "ACTIVE",
      domains: [],
      clients: [],
      resourceServers: [],
      groups: [],
      users: [],
    };
    cloud.model.userPools.push(pool);
  },
};

/** Two pairs of texts: one with a code in it, one with a link. */
function verificationEmail(inputs: Values): UserPoolModel["verificationEmail"] {
  const template = map<unknown>(inputs.verificationMessageTemplate);
  if (template.defaultEmailOption === "CONFIRM_WITH_LINK") {
    return {
      option: "CONFIRM_WITH_LINK",
      subject: text(template.emailSubjectByLink) ?? "Your verification link",
      message:
        text(template.emailMessageByLink) ??
        "Please click the link below to verify your email address. {##Verify Email##}",
    };
  }
  return {
    option: "CONFIRM_WITH_CODE",
    subject: text(template.emailSubject) ?? text(inputs.emailVerificationSubject) ?? "Your verification code",
    message: text(template.emailMessage) ?? text(inputs.emailVerificationMessage) ?? "Your confirmation code is {####}",
  };
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

function attributeSchema(schema: Values): AttributeSchema {
  const name = schema.name as string;
  const lengths = map<unknown>(schema.stringAttributeConstraints);
  const range = map<unknown>(schema.numberAttributeConstraints);
  const optional = (value: unknown) => (value === undefined ? undefined : Number(value));
  return {
    name: STANDARD_ATTRIBUTES.has(name) || name.startsWith("custom:") ? name : `custom:${name}`,
    type: schema.attributeDataType as AttributeSchema["type"],
    mutable: flag(schema.mutable, true),
    required: flag(schema.required),
    minLength: optional(lengths.minLength),
    maxLength: optional(lengths.maxLength),
    minValue: optional(range.minValue),
    maxValue: optional(range.maxValue),
  };
}
