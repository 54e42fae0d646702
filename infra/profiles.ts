/** What each profile sets when the stack file says nothing: the one place where defaults live. */
export type Profile = "dev" | "prod";
export type Presets = (typeof presets)[Profile];

export const presets = {
  /** For learning and building: people sign themselves up, everything may be deleted again. */
  dev: {
    tier: "ESSENTIALS",
    threatProtection: "off",
    mfa: "optional",
    passwordMinimumLength: 12,
    passwordHistorySize: 0,
    temporaryPasswordDays: 7,
    selfSignUp: true,
    deletionProtection: false,
    flow: "implicit",
    tokenUse: "id",
    idTokenMinutes: 60,
    accessTokenMinutes: 60,
    stageName: "Test",
    throttlingRate: 10,
    throttlingBurst: 20,
    logRetentionDays: 14,
    /** A sandbox account rarely has the role, and without it no API of the account can log. */
    apiGatewayAccountRole: "managed",
  },
  /** For other people's data: least privilege, second factor, short tokens, nothing deleted by accident. */
  prod: {
    tier: "PLUS",
    threatProtection: "enforced",
    mfa: "on",
    passwordMinimumLength: 14,
    passwordHistorySize: 5,
    temporaryPasswordDays: 1,
    selfSignUp: false,
    deletionProtection: true,
    flow: "code",
    tokenUse: "access",
    idTokenMinutes: 15,
    accessTokenMinutes: 15,
    stageName: "v1",
    throttlingRate: 50,
    throttlingBurst: 100,
    logRetentionDays: 365,
    /** The role belongs to the account, which a production account's owners set up once for all APIs. */
    apiGatewayAccountRole: "external",
  },
} as const;
