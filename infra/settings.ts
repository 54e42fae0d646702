/**
 * A stack's configuration, resolved into one typed value. Everything but `readSettings` is pure. What cannot be combined
 * on AWS cannot be typed, and is refused with the mend when it is configured: all faults of a stack file at once.
 */
import * as pulumi from "@pulumi/pulumi";
import { ConfigReader, type StackConfig } from "./config-reader.ts";
import { type Profile, presets } from "./profiles.ts";
import { parseRedirectUrl, readUserSettings, type SignIn, type UserSettings } from "./user-settings.ts";

export interface Settings {
  profile: Profile;
  users: UserSettings;
  functions: FunctionSettings;
  api: ApiSettings;
  logs: LogSettings;
  /** Web application firewall in front of the API and the hosted UI. */
  firewall: FirewallSettings | undefined;
  monitoring: MonitoringSettings | undefined;
  /** CloudTrail for the account's management events, the user pool's among them. */
  auditTrail: AuditTrailSettings | undefined;
}

export interface FunctionSettings {
  /** Function names by handler; Pulumi makes one up for a handler without. */
  names: Readonly<Record<string, string>>;
  runtime: LambdaRuntime;
  memoryMb: number;
  timeoutSeconds: number;
  /** Takes its share out of the account's pool of concurrent executions. */
  reservedConcurrency: number | undefined;
}

/** The Node.js runtimes that Lambda still creates and that run an ESM bundle; `nodejs20.x` ended on 2026-08-31. */
export type LambdaRuntime = (typeof lambdaRuntimes)[number];
const lambdaRuntimes = ["nodejs24.x", "nodejs22.x"] as const;

export interface ApiSettings {
  name: string | undefined;
  stageName: string;
  tokenUse: SignIn["tokenUse"];
  tls: TlsSettings;
  throttling: { ratePerSecond: number; burst: number };
  /** The one web origin whose pages may call the API; none, no page may. */
  allowedOrigin: string | undefined;
  /** Just above the function's own timeout, so that the function's error is the one that is seen. */
  integrationTimeoutMilliseconds: number;
  /** Who sets the account's role for CloudWatch Logs: this stack, or whoever runs the account. */
  accountRole: "managed" | "external";
}

/** `SecurityPolicy_…` names exist only together with an access mode. */
export interface TlsSettings {
  securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" | "SecurityPolicy_TLS13_1_2_PQ_2025_09";
  endpointAccessMode: "STRICT" | "BASIC";
}

export interface LogSettings {
  retentionDays: number;
  /** CloudWatch Logs refuses to delete a protected group. */
  deletionProtection: boolean;
  encryption: EncryptionSettings;
}

/** Whose key encrypts the logs: AWS's own, one that this stack makes and rotates, or one that you name. */
export type EncryptionSettings = { key: "aws" } | { key: "managed" } | { key: "named"; arn: string };

export interface FirewallSettings {
  /** Requests of one address in five minutes; more are blocked. */
  rateLimit: number;
}

export interface MonitoringSettings {
  /** Gets a mail to confirm, and then every alarm. */
  alarmEmail: string | undefined;
}

export interface AuditTrailSettings {
  retentionDays: number;
}

/** The periods that CloudWatch Logs knows, in days. */
const retentionPeriods = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** A stack file that cannot be deployed. Pulumi prints the message without a stack trace. */
export class SettingsError extends pulumi.RunError {
  readonly faults: readonly string[];

  constructor(stack: string, faults: readonly string[]) {
    const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
    const lines = faults.map((fault) => `  - ${fault}`);
    super(`The configuration of stack ${stack} (Pulumi.${stack}.yaml) has ${count}:\n${lines.join("\n")}`);
    this.faults = faults;
  }
}

/** The settings of the stack that Pulumi is evaluating; warns of what a person may want otherwise. Throws `SettingsError`. */
export function readSettings(handlers: readonly string[]): Settings {
  const source = { project: pulumi.getProject(), stack: pulumi.getStack(), values: pulumi.runtime.allConfig() };
  const settings = resolveSettings(source, handlers);
  for (const warning of warningsOf(settings, source.project)) pulumi.log.warn(warning);
  return settings;
}

/** What can be deployed and yet is hardly meant for other people's data. */
export function warningsOf({ profile, users }: Settings, project: string): string[] {
  if (profile === "dev") return [];
  const warnings: string[] = [];
  if (!users.sender) {
    warnings.push(
      `${project}:sender is not set: Cognito sends mail itself, from its own address and with a small daily quota; name an SES identity before people depend on it.`,
    );
  }
  if (users.client.signIn.flow === "implicit") {
    warnings.push(`${project}:flow is implicit: tokens are left in the browser's history; code is safer.`);
  }
  if (users.mfa.mode !== "on") {
    warnings.push(
      `${project}:mfa is ${users.mfa.mode}: a phished password is enough to sign in; on asks for a second factor.`,
    );
  }
  return warnings;
}

/** @param handlers the handlers that the routes name; only these may be given a function name. */
export function resolveSettings(source: StackConfig, handlers: readonly string[]): Settings {
  const reader = new ConfigReader(source);
  const profile = reader.oneOf("profile", ["dev", "prod"], "dev");
  const preset = presets[profile];
  const users = readUserSettings(reader, preset);
  const timeoutSeconds = reader.integer("functionTimeoutSeconds", { min: 1, max: 28, unit: "seconds" }, 10);
  const settings: Settings = {
    profile,
    users,
    functions: {
      names: reader.record("functionNames", handlers) ?? {},
      runtime: readRuntime(reader),
      memoryMb: reader.integer("functionMemoryMb", { min: 128, max: 10240, unit: "megabytes" }, 256),
      timeoutSeconds,
      reservedConcurrency: reader.optionalInteger("functionReservedConcurrency", {
        min: 1,
        max: 10000,
        unit: "executions",
      }),
    },
    api: {
      name: reader.text("apiName"),
      stageName: readStageName(reader, preset.stageName),
      tokenUse: users.client.signIn.tokenUse,
      tls: readTls(reader),
      throttling: {
        ratePerSecond: reader.integer(
          "throttlingRate",
          { min: 1, max: 100_000, unit: "requests a second" },
          preset.throttlingRate,
        ),
        burst: reader.integer("throttlingBurst", { min: 1, max: 50_000, unit: "requests" }, preset.throttlingBurst),
      },
      allowedOrigin: readOrigin(reader),
      integrationTimeoutMilliseconds: timeoutSeconds * 1000 + 1000,
      accountRole: reader.oneOf("apiGatewayAccountRole", ["managed", "external"], preset.apiGatewayAccountRole),
    },
    logs: {
      retentionDays: readRetention(reader, preset.logRetentionDays),
      deletionProtection: reader.flag("logDeletionProtection", false),
      encryption: readEncryption(reader),
    },
    firewall: optional(reader.flag("firewall", false), {
      rateLimit: reader.integer(
        "firewallRateLimit",
        { min: 10, max: 2_000_000_000, unit: "requests in five minutes" },
        2000,
      ),
    }),
    monitoring: optional(reader.flag("monitoring", false), { alarmEmail: readAlarmEmail(reader) }),
    auditTrail: optional(reader.flag("auditTrail", false), {
      retentionDays: reader.integer("auditTrailRetentionDays", { min: 90, max: 3653, unit: "days" }, 365),
    }),
  };
  refuseWithout(reader, "firewallRateLimit", "firewall", settings.firewall);
  refuseWithout(reader, "alarmEmail", "monitoring", settings.monitoring);
  refuseWithout(reader, "auditTrailRetentionDays", "auditTrail", settings.auditTrail);
  const faults = reader.faults();
  if (faults.length > 0) throw new SettingsError(source.stack, faults);
  return settings;
}

const optional = <T>(on: boolean, value: T): T | undefined => (on ? value : undefined);

function refuseWithout(reader: ConfigReader, key: string, needed: string, on: unknown): void {
  if (on || !reader.isSet(key)) return;
  reader.fault(
    `${reader.name(key)} has no effect while ${reader.name(needed)} is off; set ${reader.name(needed)} to true, or remove the line.`,
  );
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

function readTls(reader: ConfigReader): TlsSettings {
  const minimum = reader.oneOf("minimumTls", ["1.3", "1.2"], "1.3");
  return {
    securityPolicy: minimum === "1.3" ? "SecurityPolicy_TLS13_1_3_2025_09" : "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    endpointAccessMode: reader.oneOf("endpointAccessMode", ["STRICT", "BASIC"], "STRICT"),
  };
}

function readOrigin(reader: ConfigReader): string | undefined {
  const value = reader.text("allowedOrigin");
  if (value === undefined) return undefined;
  // An origin is what a browser sends: scheme, host, port, and not even a slash after them.
  const parsed = parseRedirectUrl(value);
  if (parsed.ok && new URL(value).origin === value) return value;
  reader.fault(
    `${reader.name("allowedOrigin")} is ${JSON.stringify(value)}; give one origin like https://app.example.com or http://localhost:3000, without a slash at the end.`,
  );
  return undefined;
}

function readAlarmEmail(reader: ConfigReader): string | undefined {
  const address = reader.text("alarmEmail");
  if (address === undefined || /^[^@\s]+@[^@\s]+$/.test(address)) return address;
  reader.fault(`${reader.name("alarmEmail")} is ${JSON.stringify(address)}; give one e-mail address.`);
  return undefined;
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

function readEncryption(reader: ConfigReader): EncryptionSettings {
  const key = reader.text("encryptionKey") ?? "aws";
  if (key === "aws" || key === "managed") return { key };
  if (/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(key)) return { key: "named", arn: key };
  reader.fault(`${reader.name("encryptionKey")} is ${JSON.stringify(key)}; use aws, managed, or the ARN of a KMS key.`);
  return { key: "aws" };
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
