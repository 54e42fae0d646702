/**
 * Every setting of a stack: what it takes, what it is in `dev` and in `prod` when the stack file says nothing, and what it
 * means. Types, checks, `config:` of Pulumi.yaml and the tables of docs/operations.md derive from this table.
 */
import { originFault, prefixFault, redirectFault } from "../addresses.ts";
import { lambdaRuntimes } from "../function.ts";
import {
  among,
  entry,
  flag,
  type Kind,
  list,
  matching,
  maybe,
  object,
  oneOf,
  record,
  rule,
  text,
  whole,
} from "./kinds.ts";

export interface Row<T> extends Kind<T> {
  dev: T;
  prod: T;
  meaning: string;
}

const row = <T>(kind: Kind<T>, dev: NoInfer<T>, prod: NoInfer<T>, meaning: string): Row<T> =>
  Object.assign({ dev, prod, meaning }, kind);
const same = <T>(kind: Kind<T>, both: NoInfer<T>, meaning: string): Row<T> => row(kind, both, both, meaning);
const unset = <T>(kind: Kind<T>, meaning: string): Row<T | undefined> =>
  same<T | undefined>(kind as Kind<T | undefined>, undefined, meaning);

const tiers = oneOf("LITE", "ESSENTIALS", "PLUS");
const factors = list(rule((item) => item === "totp", "the factor this program sets up is totp"));
const isPort = (item: string) => /^\d{4,5}$/.test(item) && Number(item) >= 1024 && Number(item) <= 65535;
const ports = list(rule(isPort, "give ports from 1024 to 65535"), "give at least one port");
const urls = list(redirectFault, "give at least one URL");
const isGroup = (item: string) => /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(item);
const groupNames = list(rule(isGroup, "a group name has 1 to 128 characters and no spaces"));
const domain = object({
  name: entry(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "a name like auth.example.com in lower case"),
  certificateArn: entry(
    /^arn:[a-z-]+:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
    "the certificateArn of an ACM certificate in us-east-1",
  ),
  hostedZoneId: maybe("hostedZoneId", /^Z[A-Z0-9]+$/, "give a Route 53 zone like Z0123456789"),
});
const identity = /^arn:[a-z-]+:ses:[a-z0-9-]+:\d{12}:identity\/.+$/;
const sender = object({
  identityArn: entry(identity, "the identityArn of a verified SES identity"),
  from: entry(/@/, "a from address of that identity"),
});
const accessMode = oneOf("STRICT", "BASIC");
const prefix = text(prefixFault);
const rateLimit = whole(10, 2_000_000_000, "requests in five minutes");
const stage = matching(/^[A-Za-z0-9_-]{1,128}$/, "use letters, digits, hyphens and underscores");
const key = /^(?:aws|managed|arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+)$/;
const encryptionKey = matching(key, "use aws, managed, or the ARN of a KMS key");
const email = matching(/^[^@\s]+@[^@\s]+$/, "give one e-mail address");
/** The periods that CloudWatch Logs knows, in days. */
const periods = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
];
const retention = among(periods, "CloudWatch Logs takes one of");

const users = {
  profile: same(oneOf("dev", "prod"), "dev", "whose defaults hold; a stack for other people's data sets `prod`"),
  userPoolName: unset(text(), "the pool's name"),
  tier: row(tiers, "ESSENTIALS", "PLUS", "Cognito's feature plan; `LITE` goes with `hostedUi: classic`"),
  hostedUi: same(oneOf("managed", "classic"), "managed", "managed login with its branding, or the classic pages"),
  threatProtection: row(oneOf("off", "audit", "enforced"), "off", "enforced", "needs `PLUS`"),
  mfa: row(oneOf("off", "optional", "on"), "optional", "on", "a second factor; the tutorial's stack file says `off`"),
  mfaFactors: same(factors, ["totp"], "an authenticator app"),
  passwordMinimumLength: row(whole(8, 99, "characters"), 12, 14, "all four classes are always asked for"),
  passwordHistorySize: row(whole(0, 24, "passwords"), 0, 5, "passwords that may not be used again; not on `LITE`"),
  temporaryPasswordDays: row(whole(1, 365, "days"), 7, 1, "how long an administrator's first password holds"),
  selfSignUp: row(flag, true, false, "whether people may sign themselves up"),
  deletionProtection: row(flag, false, true, "of the pool in Cognito; of pool, client, domain and groups in Pulumi"),
  domainPrefix: unset(prefix, "of the hosted UI, unique in a Region across all of AWS; made up when not set"),
  customDomain: unset(domain, "`name`, `certificateArn` (ACM, us-east-1), and `hostedZoneId` to have the record made"),
  groups: same(groupNames, [], "user groups; they reach the API as the claim `cognito:groups`"),
  sender: unset(sender, "`identityArn` and `from`: mail through SES"),
  userPoolLogs: same(flag, false, "Cognito's events to CloudWatch Logs"),
};

const signIn = {
  clientName: unset(text(), "the app client's name"),
  flow: row(oneOf("implicit", "code"), "implicit", "code", "code goes with PKCE; the tutorial teaches implicit"),
  tokenUse: row(oneOf("id", "access"), "id", "access", "the API's token; access tokens carry the routes' scopes"),
  rotateRefreshTokens: unset(
    flag,
    "a new refresh token for each one used; `true` with the code flow, which alone has them",
  ),
  callbackPorts: unset(ports, "loopback ports of the command line, matched exactly; 47810 to 47814 when not set"),
  callbackUrls: unset(urls, "in place of the loopback list: `https`, or `http` on the loopback"),
  logoutUrls: unset(urls, "likewise, for after sign-out"),
  idTokenMinutes: row(whole(5, 1440, "minutes"), 60, 15, "how long an ID token holds"),
  accessTokenMinutes: row(whole(5, 1440, "minutes"), 60, 15, "how long an access token holds"),
  refreshTokenDays: same(whole(1, 3650, "days"), 1, "how long a sign-in can be continued"),
};

const api = {
  functionNames: same(record, {}, "by handler, e.g. `transactions: DemoAppLambda`; made up for the others"),
  functionRuntime: same(oneOf(...lambdaRuntimes), "nodejs24.x", "a runtime that AWS still creates"),
  functionMemoryMb: same(whole(128, 10240, "megabytes"), 256, "more memory is more processor"),
  functionTimeoutSeconds: same(whole(1, 28, "seconds"), 10, "API Gateway waits a second longer"),
  functionReservedConcurrency: unset(whole(1, 10_000, "executions"), "of each function, out of the account's pool"),
  apiName: unset(text(), "the REST API's name"),
  stageName: row(stage, "Test", "v1", "the last part of the API's address"),
  authorization: same(
    oneOf("cognito", "none"),
    "cognito",
    "`none` opens every route to everybody, to see what the authorizer does: `dev` only, and refused by the policy pack",
  ),
  minimumTls: same(oneOf("1.3", "1.2"), "1.3", "`1.2` for clients that cannot do better"),
  endpointAccessMode: same(accessMode, "STRICT", "of an API in use set `BASIC` first, look at its logs, then `STRICT`"),
  throttlingRate: row(whole(1, 100_000, "requests a second"), 10, 50, "requests a second of all callers together"),
  throttlingBurst: row(whole(1, 50_000, "requests"), 20, 100, "requests at once"),
  allowedOrigin: unset(
    text(originFault),
    "the one web origin whose pages may call the API; see [security](security.md#pages-of-other-origins)",
  ),
  apiLogs: row(
    oneOf("off", "external", "managed"),
    "off",
    "external",
    "the API's logs: none; with the account's logging role; or with one that this stack sets, which **replaces** that",
  ),
  logRetentionDays: row(retention, 14, 365, "of every log group of the stack"),
  logDeletionProtection: same(flag, false, "CloudWatch Logs refuses to delete the groups"),
  encryptionKey: same(encryptionKey, "aws", "`managed` for a key of the stack, or the ARN of yours"),
};

const components = {
  firewall: same(flag, false, "a web ACL before the stage and the hosted UI"),
  firewallRateLimit: same(rateLimit, 2000, "requests of one address in five minutes"),
  monitoring: same(flag, false, "alarms and a dashboard"),
  alarmEmail: unset(email, "hears every alarm, after it confirmed a first mail"),
  auditTrail: same(flag, false, "CloudTrail into a bucket that outlives the stack; prod's stack file turns it on"),
  auditTrailRetentionDays: same(whole(90, 3653, "days"), 365, "how long the bucket keeps it"),
};

/** As the documents list them. */
export const groups = {
  "Profile and users": users,
  "Sign-in and tokens": signIn,
  "Functions, API and logs": api,
  "Components that a stack asks for": components,
};

export const table = { ...users, ...signIn, ...api, ...components };

export type Key = keyof typeof table;
export type Values = { [K in Key]: (typeof table)[K] extends Row<infer T> ? T : never };
