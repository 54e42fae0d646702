/**
 * Settings of the user directory: what may be combined as types, and the readers that turn a stack file into them.
 * Rules are Cognito's own: CreateUserPool, CreateUserPoolClient, CreateUserPoolDomain.
 */
import type { ConfigReader } from "./config-reader.ts";
import type { Presets } from "./profiles.ts";

export interface UserSettings {
  /** The pool's name; Pulumi makes one up when it is not set. */
  poolName: string | undefined;
  plan: Plan;
  mfa: Mfa;
  password: { minimumLength: number; historySize: number; temporaryDays: number };
  /** Whether people may sign themselves up; otherwise only an administrator creates users. */
  selfSignUp: boolean;
  /** Refuses to delete the pool, in Cognito and in Pulumi. */
  deletionProtection: boolean;
  domain: DomainSettings;
  client: ClientSettings;
  /** Names of user groups; they reach the API as the claim `cognito:groups`. */
  groups: string[];
  /** Sends mail through Amazon SES; without it Cognito's own sender serves, with a small daily quota. */
  sender: Sender | undefined;
  /** Delivers Cognito's own events to CloudWatch Logs. */
  logDelivery: boolean;
}

/** Cognito's feature plans and what each allows. */
export type Plan =
  | { tier: "LITE"; hostedUi: "classic"; threatProtection: "off" }
  | { tier: "ESSENTIALS"; hostedUi: HostedUi; threatProtection: "off" }
  | { tier: "PLUS"; hostedUi: HostedUi; threatProtection: ThreatProtection };

export type HostedUi = "managed" | "classic";
export type ThreatProtection = "off" | "audit" | "enforced";

export type Mfa = { mode: "off" } | { mode: "optional" | "on"; factors: readonly [MfaFactor, ...MfaFactor[]] };
export type MfaFactor = "totp";

/**
 * Where the hosted UI lives: a prefix of a Cognito domain, as set or made of the stem and a hash of where the stack lives,
 * or a domain name of your own.
 */
export type DomainSettings =
  | { kind: "prefix"; prefix: DomainPrefix | undefined; stem: string }
  | { kind: "custom"; name: string; certificateArn: string; hostedZoneId: string | undefined };

export interface ClientSettings {
  name: string | undefined;
  signIn: SignIn;
  callbackUrls: RedirectUrl[];
  logoutUrls: RedirectUrl[];
  tokens: { idMinutes: number; accessMinutes: number; refreshDays: number };
}

/**
 * How people get a token, and which one the API asks for. The implicit flow goes with the ID token only: an access token
 * with API scopes in a URL fragment would be left in the browser's history. It has no refresh token to rotate.
 */
export type SignIn =
  | { flow: "implicit"; tokenUse: "id" }
  | { flow: "code"; tokenUse: "id" | "access"; rotateRefreshTokens: boolean };

/** A prefix that Cognito takes for a domain. Made by `parseDomainPrefix` only. */
export type DomainPrefix = string & { readonly domainPrefix: unique symbol };

/** A URL that Cognito may redirect to: `https`, or `http` on a loopback host. Made by `parseRedirectUrl` only. */
export type RedirectUrl = string & { readonly redirectUrl: unique symbol };

export interface Sender {
  /** An SES identity in the stack's account. */
  identityArn: string;
  /** `Name <address>` or an address of that identity. */
  from: string;
}

/** Uncommon ports, shared with the command line through the stack outputs: Cognito matches a callback exactly, port included. */
const callbackPorts = ["47810", "47811", "47812", "47813", "47814"];

export function readUserSettings(reader: ConfigReader, preset: Presets): UserSettings {
  const plan = readPlan(reader, preset);
  return {
    poolName: reader.text("userPoolName"),
    plan,
    mfa: readMfa(reader, preset.mfa),
    password: readPassword(reader, preset, plan),
    selfSignUp: reader.flag("selfSignUp", preset.selfSignUp),
    deletionProtection: reader.flag("deletionProtection", preset.deletionProtection),
    domain: readDomain(reader),
    client: {
      name: reader.text("clientName"),
      signIn: readSignIn(reader, preset),
      ...readRedirects(reader),
      tokens: {
        idMinutes: reader.integer("idTokenMinutes", { min: 5, max: 1440, unit: "minutes" }, preset.idTokenMinutes),
        accessMinutes: reader.integer(
          "accessTokenMinutes",
          { min: 5, max: 1440, unit: "minutes" },
          preset.accessTokenMinutes,
        ),
        refreshDays: reader.integer("refreshTokenDays", { min: 1, max: 3650, unit: "days" }, 1),
      },
    },
    groups: readGroups(reader),
    sender: readSender(reader),
    logDelivery: reader.flag("userPoolLogs", false),
  };
}

function readPlan(reader: ConfigReader, preset: Presets): Plan {
  const tier = reader.oneOf("tier", ["LITE", "ESSENTIALS", "PLUS"], preset.tier);
  const hostedUi = reader.oneOf("hostedUi", ["managed", "classic"], "managed");
  const threatProtection = reader.oneOf("threatProtection", ["off", "audit", "enforced"], preset.threatProtection);
  if (tier === "PLUS") return { tier, hostedUi, threatProtection };
  if (threatProtection !== "off") {
    reader.fault(
      `${reader.name("threatProtection")} is ${threatProtection}, which only the PLUS plan has; set ${reader.name("tier")} to PLUS, or ${reader.name("threatProtection")} to off.`,
    );
  }
  if (tier === "ESSENTIALS") return { tier, hostedUi, threatProtection: "off" };
  if (hostedUi === "managed") {
    reader.fault(
      `${reader.name("hostedUi")} is managed, which the LITE plan does not have; set ${reader.name("hostedUi")} to classic, or ${reader.name("tier")} to ESSENTIALS.`,
    );
  }
  return { tier, hostedUi: "classic", threatProtection: "off" };
}

function readMfa(reader: ConfigReader, preset: Mfa["mode"]): Mfa {
  const mode = reader.oneOf("mfa", ["off", "optional", "on"], preset);
  const factors = reader.list("mfaFactors") ?? ["totp"];
  for (const factor of factors.filter((name) => name !== "totp")) {
    reader.fault(
      `${reader.name("mfaFactors")} has ${JSON.stringify(factor)}; the factor this program sets up is totp.`,
    );
  }
  if (mode === "off") return { mode };
  if (factors.length === 0) {
    reader.fault(
      `${reader.name("mfa")} is ${mode} but ${reader.name("mfaFactors")} is empty; add totp, or set ${reader.name("mfa")} to off.`,
    );
  }
  return { mode, factors: ["totp"] };
}

function readPassword(reader: ConfigReader, preset: Presets, plan: Plan): UserSettings["password"] {
  const historySize = reader.integer(
    "passwordHistorySize",
    { min: 0, max: 24, unit: "passwords" },
    preset.passwordHistorySize,
  );
  if (historySize > 0 && plan.tier === "LITE") {
    reader.fault(
      `${reader.name("passwordHistorySize")} is ${historySize}, which the LITE plan does not have; set it to 0, or ${reader.name("tier")} to ESSENTIALS.`,
    );
  }
  return {
    historySize,
    minimumLength: reader.integer(
      "passwordMinimumLength",
      { min: 8, max: 99, unit: "characters" },
      preset.passwordMinimumLength,
    ),
    temporaryDays: reader.integer(
      "temporaryPasswordDays",
      { min: 1, max: 365, unit: "days" },
      preset.temporaryPasswordDays,
    ),
  };
}

function readSignIn(reader: ConfigReader, preset: Presets): SignIn {
  const flow = reader.oneOf("flow", ["implicit", "code"], preset.flow);
  const tokenUse = reader.oneOf("tokenUse", ["id", "access"], preset.tokenUse);
  const rotateRefreshTokens = reader.flag("rotateRefreshTokens", flow === "code");
  if (flow === "code") return { flow, tokenUse, rotateRefreshTokens };
  if (tokenUse === "access") {
    reader.fault(
      `${reader.name("tokenUse")} is access, which authorizes by scopes, but ${reader.name("flow")} is implicit; set ${reader.name("flow")} to code, or ${reader.name("tokenUse")} to id.`,
    );
  }
  if (rotateRefreshTokens) {
    reader.fault(
      `${reader.name("rotateRefreshTokens")} is true, but the implicit flow has no refresh token; remove the line, or set ${reader.name("flow")} to code.`,
    );
  }
  return { flow, tokenUse: "id" };
}

function readRedirects(reader: ConfigReader): { callbackUrls: RedirectUrl[]; logoutUrls: RedirectUrl[] } {
  const ports = reader.list("callbackPorts") ?? callbackPorts;
  for (const port of ports.filter((text) => !/^\d{4,5}$/.test(text) || Number(text) < 1024 || Number(text) > 65535)) {
    reader.fault(`${reader.name("callbackPorts")} has ${JSON.stringify(port)}; give ports from 1024 to 65535.`);
  }
  if (ports.length === 0) {
    reader.fault(`${reader.name("callbackPorts")} is empty; give at least one port, or remove the line.`);
  }
  // Both names of the loopback: Cognito compares the whole string, and a person or a library may use either.
  const loopback = (path: string) =>
    ["localhost", "127.0.0.1"].flatMap((host) => ports.map((port) => `http://${host}:${port}${path}`));
  return {
    callbackUrls: readUrls(reader, "callbackUrls", loopback("/callback")),
    logoutUrls: readUrls(reader, "logoutUrls", loopback("/logout")),
  };
}

function readUrls(reader: ConfigReader, key: string, preset: string[]): RedirectUrl[] {
  const listed = reader.list(key);
  if (listed?.length === 0) reader.fault(`${reader.name(key)} is empty; give at least one URL, or remove the line.`);
  // A fault of the ports is told once, as a fault of the ports.
  if (!listed) return preset as RedirectUrl[];
  return listed.flatMap((text) => {
    const parsed = parseRedirectUrl(text);
    if (parsed.ok) return [parsed.url];
    reader.fault(`${reader.name(key)} has ${JSON.stringify(text)}, ${parsed.reason}.`);
    return [];
  });
}

/**
 * The rule of Cognito's `CallbackURLs`: absolute, no fragment, `https` except on the loopback hosts `localhost`,
 * `127.0.0.1` and `[::1]`. Custom schemes, which Cognito also takes, are left out: any app on a device can claim one.
 */
export function parseRedirectUrl(text: string): { ok: true; url: RedirectUrl } | { ok: false; reason: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return { ok: false, reason: "which is not an absolute URL; write it as https://host/path" };
  if (text.includes("#")) return { ok: false, reason: "which has a fragment; remove the # and what follows" };
  if (url.username || url.password) return { ok: false, reason: "which carries a user name; remove it" };
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback))
    return { ok: true, url: text as RedirectUrl };
  return { ok: false, reason: "which is neither https nor http on localhost, 127.0.0.1 or [::1]; use one of these" };
}

/** Cognito refuses a domain prefix that contains any of these. */
const reservedWords = ["aws", "amazon", "cognito"];

function readDomain(reader: ConfigReader): DomainSettings {
  const text = reader.text("domainPrefix");
  const parsed = text === undefined ? undefined : parseDomainPrefix(text);
  if (parsed?.ok === false) {
    reader.fault(`${reader.name("domainPrefix")} is ${JSON.stringify(text)}; ${parsed.reason}.`);
  }
  const prefix = parsed?.ok ? parsed.prefix : undefined;
  const custom = reader.record("customDomain", ["name", "certificateArn", "hostedZoneId"]);
  if (!custom) return { kind: "prefix", prefix, stem: domainPrefixStem(reader.project, reader.stack) };
  if (text !== undefined) {
    reader.fault(`${reader.name("domainPrefix")} and ${reader.name("customDomain")} are both set; remove one.`);
  }
  const { name = "", certificateArn = "", hostedZoneId } = custom;
  if (!/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(name)) {
    reader.fault(`${reader.name("customDomain")} needs a name like auth.example.com in lower case.`);
  }
  // Cognito serves a custom domain through CloudFront, which takes certificates of this Region only.
  if (!/^arn:[a-z-]+:acm:us-east-1:\d{12}:certificate\/[\w-]+$/.test(certificateArn)) {
    reader.fault(`${reader.name("customDomain")} needs the certificateArn of an ACM certificate in us-east-1.`);
  }
  if (hostedZoneId !== undefined && !/^Z[A-Z0-9]+$/.test(hostedZoneId)) {
    reader.fault(
      `${reader.name("customDomain")} has the hostedZoneId ${JSON.stringify(hostedZoneId)}; give a Route 53 zone like Z0123456789.`,
    );
  }
  return { kind: "custom", name, certificateArn, hostedZoneId };
}

/** The rule of CreateUserPoolDomain for a prefix. */
export function parseDomainPrefix(text: string): { ok: true; prefix: DomainPrefix } | { ok: false; reason: string } {
  const reserved = reservedWords.find((word) => text.toLowerCase().includes(word));
  if (reserved) return { ok: false, reason: `Cognito reserves the word ${reserved}, choose a prefix without it` };
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return { ok: true, prefix: text as DomainPrefix };
  return { ok: false, reason: "use 1 to 63 lower-case letters, digits and inner hyphens" };
}

/** `<project>-<stack>` in the characters of a domain prefix, without reserved words, with room for `-<hash>`. */
export function domainPrefixStem(project: string, stack: string): string {
  let stem = `${project}-${stack}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  // Again and again: taking a word out may join the letters around it into another.
  for (let before = ""; before !== stem; ) {
    before = stem;
    for (const word of reservedWords) stem = stem.replaceAll(word, "");
  }
  return stem.replaceAll(/-+/g, "-").slice(0, 54).replaceAll(/^-|-$/g, "") || "app";
}

function readGroups(reader: ConfigReader): string[] {
  const groups = reader.list("groups") ?? [];
  for (const group of groups.filter((name) => !/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(name))) {
    reader.fault(
      `${reader.name("groups")} has ${JSON.stringify(group)}; a group name has 1 to 128 characters and no spaces.`,
    );
  }
  return groups;
}

function readSender(reader: ConfigReader): Sender | undefined {
  const sender = reader.record("sender", ["identityArn", "from"]);
  if (!sender) return undefined;
  const { identityArn = "", from = "" } = sender;
  if (!/^arn:[a-z-]+:ses:[a-z0-9-]+:\d{12}:identity\/.+$/.test(identityArn)) {
    reader.fault(`${reader.name("sender")} needs the identityArn of a verified SES identity.`);
  }
  if (!from.includes("@")) reader.fault(`${reader.name("sender")} needs a from address of that identity.`);
  return { identityArn, from };
}
