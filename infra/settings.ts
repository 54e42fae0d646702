/**
 * A stack's configuration, resolved into one typed value. Everything but `readSettings` is pure. What cannot be combined
 * on AWS cannot be typed here, and is refused with the mend when it is configured: all faults of a stack file at once.
 */
import * as pulumi from "@pulumi/pulumi";
import { ConfigReader, type StackConfig } from "./config-reader.ts";

export type Profile = "dev" | "prod";

export interface Settings {
  profile: Profile;
  users: UserSettings;
  functions: FunctionSettings;
  api: ApiSettings;
}

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

/** A Cognito prefix domain: as set, or made of the stack's name and a hash of where it lives (`prefixDomain`). */
export interface DomainSettings {
  prefix: string | undefined;
  prefixStem: string;
}

export interface ClientSettings {
  name: string | undefined;
  signIn: SignIn;
  callbackUrls: RedirectUrl[];
  logoutUrls: RedirectUrl[];
  tokens: { idMinutes: number; accessMinutes: number; refreshDays: number };
}

/**
 * How people get a token, and which one the API asks for. The implicit flow goes with the ID token only: an access token
 * in a URL fragment would hand a scope-bearing credential to the browser's history.
 */
export type SignIn = { flow: "implicit"; tokenUse: "id" } | { flow: "code"; tokenUse: "id" | "access" };

/** A URL that Cognito may redirect to: `https`, or `http` on a loopback host. Made by `parseRedirectUrl` only. */
export type RedirectUrl = string & { readonly redirectUrl: unique symbol };

export interface FunctionSettings {
  /** Function names by handler; Pulumi makes one up for a handler without. */
  names: Readonly<Record<string, string>>;
  runtime: LambdaRuntime;
  memoryMb: number;
  timeoutSeconds: number;
  logRetentionDays: number;
}

/** The Node.js runtimes that Lambda still creates and that run an ESM bundle; `nodejs20.x` ended on 2026-08-31. */
export type LambdaRuntime = (typeof lambdaRuntimes)[number];
const lambdaRuntimes = ["nodejs24.x", "nodejs22.x"] as const;

export interface ApiSettings {
  name: string | undefined;
  stageName: string;
  tokenUse: SignIn["tokenUse"];
  throttling: { ratePerSecond: number; burst: number };
  /** Just above the function's own timeout, so that the function's error is the one that is seen. */
  integrationTimeoutMilliseconds: number;
  logRetentionDays: number;
}

/** What each profile sets when the stack file says nothing. */
const defaults = {
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
  },
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
  },
} as const;

/** Uncommon ports, shared with the command line through the stack outputs: Cognito matches a callback exactly, port included. */
const callbackPorts = ["47810", "47811", "47812", "47813", "47814"];

/** The periods that CloudWatch Logs knows, in days. */
const retentionPeriods = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** A stack file that cannot be deployed. Pulumi prints the message without a stack trace. */
export class SettingsError extends pulumi.RunError {
  readonly faults: readonly string[];

  constructor(stack: string, faults: readonly string[]) {
    const many = faults.length === 1 ? "a fault" : `${faults.length} faults`;
    super(
      `The configuration of stack ${stack} (Pulumi.${stack}.yaml) has ${many}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/** The settings of the stack that Pulumi is evaluating. Throws `SettingsError`. */
export function readSettings(handlers: readonly string[]): Settings {
  const source = { project: pulumi.getProject(), stack: pulumi.getStack(), values: pulumi.runtime.allConfig() };
  return resolveSettings(source, handlers);
}

/** @param handlers the handlers that the routes name; only these may be given a function name. */
export function resolveSettings(source: StackConfig, handlers: readonly string[]): Settings {
  const reader = new ConfigReader(source);
  const profile = reader.oneOf("profile", ["dev", "prod"], "dev");
  const preset = defaults[profile];
  const signIn = readSignIn(reader, preset);
  const logRetentionDays = readRetention(reader, preset.logRetentionDays);
  const timeoutSeconds = reader.integer("functionTimeoutSeconds", { min: 1, max: 28, unit: "seconds" }, 10);
  const settings: Settings = {
    profile,
    users: {
      poolName: reader.text("userPoolName"),
      plan: readPlan(reader, preset),
      mfa: readMfa(reader, preset.mfa),
      password: {
        minimumLength: reader.integer(
          "passwordMinimumLength",
          { min: 8, max: 99, unit: "characters" },
          preset.passwordMinimumLength,
        ),
        historySize: reader.integer(
          "passwordHistorySize",
          { min: 0, max: 24, unit: "passwords" },
          preset.passwordHistorySize,
        ),
        temporaryDays: reader.integer(
          "temporaryPasswordDays",
          { min: 1, max: 365, unit: "days" },
          preset.temporaryPasswordDays,
        ),
      },
      selfSignUp: reader.flag("selfSignUp", preset.selfSignUp),
      deletionProtection: reader.flag("deletionProtection", preset.deletionProtection),
      domain: readDomain(reader, source),
      client: {
        name: reader.text("clientName"),
        signIn,
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
    },
    functions: {
      names: reader.record("functionNames", handlers) ?? {},
      runtime: readRuntime(reader),
      memoryMb: reader.integer("functionMemoryMb", { min: 128, max: 10240, unit: "megabytes" }, 256),
      timeoutSeconds,
      logRetentionDays,
    },
    api: {
      name: reader.text("apiName"),
      stageName: readStageName(reader, preset.stageName),
      tokenUse: signIn.tokenUse,
      throttling: {
        ratePerSecond: reader.integer(
          "throttlingRate",
          { min: 1, max: 10000, unit: "requests a second" },
          preset.throttlingRate,
        ),
        burst: reader.integer("throttlingBurst", { min: 1, max: 5000, unit: "requests" }, preset.throttlingBurst),
      },
      integrationTimeoutMilliseconds: timeoutSeconds * 1000 + 1000,
      logRetentionDays,
    },
  };
  const faults = reader.faults();
  if (faults.length > 0) throw new SettingsError(source.stack, faults);
  return settings;
}

function readPlan(reader: ConfigReader, preset: (typeof defaults)[Profile]): Plan {
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

function readSignIn(reader: ConfigReader, preset: (typeof defaults)[Profile]): SignIn {
  const flow = reader.oneOf("flow", ["implicit", "code"], preset.flow);
  const tokenUse = reader.oneOf("tokenUse", ["id", "access"], preset.tokenUse);
  if (flow === "code") return { flow, tokenUse };
  if (tokenUse === "access") {
    reader.fault(
      `${reader.name("tokenUse")} is access, which authorizes by scopes, but ${reader.name("flow")} is implicit; set ${reader.name("flow")} to code, or ${reader.name("tokenUse")} to id.`,
    );
  }
  return { flow, tokenUse: "id" };
}

function readRuntime(reader: ConfigReader): LambdaRuntime {
  const value = reader.text("functionRuntime");
  const known = lambdaRuntimes.find((runtime) => runtime === value);
  if (value === undefined || known) return known ?? "nodejs24.x";
  reader.fault(
    `${reader.name("functionRuntime")} is ${JSON.stringify(value)}, which is retired or not a Node.js runtime of this program; use one of ${lambdaRuntimes.join(", ")}.`,
  );
  return "nodejs24.x";
}

function readRetention(reader: ConfigReader, preset: number): number {
  const days = reader.integer("logRetentionDays", { min: 1, max: 3653, unit: "days" }, preset);
  if (!retentionPeriods.includes(days)) {
    reader.fault(
      `${reader.name("logRetentionDays")} is ${days}; CloudWatch Logs takes one of ${retentionPeriods.join(", ")}.`,
    );
  }
  return days;
}

function readStageName(reader: ConfigReader, preset: string): string {
  const name = reader.text("stageName") ?? preset;
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(name)) {
    reader.fault(
      `${reader.name("stageName")} is ${JSON.stringify(name)}; use letters, digits, hyphens and underscores.`,
    );
  }
  return name;
}

function readRedirects(reader: ConfigReader): { callbackUrls: RedirectUrl[]; logoutUrls: RedirectUrl[] } {
  const ports = reader.list("callbackPorts") ?? callbackPorts;
  for (const port of ports.filter((text) => !/^\d{4,5}$/.test(text) || Number(text) < 1024 || Number(text) > 65535)) {
    reader.fault(`${reader.name("callbackPorts")} has ${JSON.stringify(port)}; give ports from 1024 to 65535.`);
  }
  if (ports.length === 0)
    reader.fault(`${reader.name("callbackPorts")} is empty; give at least one port, or remove the line.`);
  // Both names of the loopback: Cognito compares the whole string, and a person or a library may use either.
  const loopback = (path: string) =>
    ["localhost", "127.0.0.1"].flatMap((host) => ports.map((port) => `http://${host}:${port}${path}`));
  return {
    callbackUrls: readUrls(reader, "callbackUrls", loopback("/callback")),
    logoutUrls: readUrls(reader, "logoutUrls", loopback("/logout")),
  };
}

function readUrls(reader: ConfigReader, key: string, preset: string[]): RedirectUrl[] {
  const urls = reader.list(key) ?? preset;
  if (urls.length === 0) reader.fault(`${reader.name(key)} is empty; give at least one URL, or remove the line.`);
  return urls.flatMap((text) => {
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

function readDomain(reader: ConfigReader, source: StackConfig): DomainSettings {
  const prefix = reader.text("domainPrefix");
  const fault = prefix === undefined ? undefined : domainPrefixFault(prefix);
  if (fault) reader.fault(`${reader.name("domainPrefix")} is ${JSON.stringify(prefix)}; ${fault}.`);
  return { prefix, prefixStem: domainPrefixStem(source) };
}

/** What Cognito would refuse about a domain prefix (CreateUserPoolDomain), or `undefined`. */
export function domainPrefixFault(prefix: string): string | undefined {
  const reserved = reservedWords.find((word) => prefix.toLowerCase().includes(word));
  if (reserved) return `Cognito reserves the word ${reserved}, choose a prefix without it`;
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(prefix)) return undefined;
  return "use 1 to 63 lower-case letters, digits and inner hyphens";
}

/** `<project>-<stack>` in the characters of a domain prefix, without reserved words, with room for `-<hash>`. */
function domainPrefixStem({ project, stack }: StackConfig): string {
  const plain = `${project}-${stack}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  let stem = plain;
  // Again and again: taking a word out may join the letters around it into another.
  for (let before = ""; before !== stem; ) {
    before = stem;
    for (const word of reservedWords) stem = stem.replaceAll(word, "");
  }
  return stem.replaceAll(/-+/g, "-").slice(0, 54).replaceAll(/^-|-$/g, "") || "app";
}
