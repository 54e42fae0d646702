/**
 * A stack's configuration, resolved into what the components take. Everything but `readSettings` is pure. All faults of a
 * stack file are told at once, each with its fix; what cannot be combined on AWS cannot be typed.
 */
import * as pulumi from "@pulumi/pulumi";
import type { HandlerFunctionArgs } from "../function.ts";
import type { ProtectedApiArgs } from "../protected-api.ts";
import { loopbackUrls, type Plan, type UserDirectoryArgs } from "../user-directory.ts";
import { type Key, type Row, table, type Values } from "./table.ts";

export interface Settings {
  profile: Values["profile"];
  users: Omit<UserDirectoryArgs, "scopes" | "logs">;
  functions: Pick<HandlerFunctionArgs, "runtime" | "memoryMb" | "timeoutSeconds" | "reservedConcurrency">;
  /** By handler; Pulumi makes one up for a handler without. */
  functionNames: Readonly<Record<string, string>>;
  api: Pick<ProtectedApiArgs, "name" | "stageName" | "authorization" | "tls" | "throttling" | "allowedOrigin">;
  apiLogs: Values["apiLogs"];
  logs: { retentionDays: number; deletionProtection: boolean };
  /** Whose key encrypts the logs: AWS's own, one that this stack makes and rotates, or one that you name. */
  encryption: { key: "aws" } | { key: "managed" } | { key: "named"; arn: string };
  firewall: { rateLimit: number } | undefined;
  monitoring: { alarmEmail: pulumi.Input<string> | undefined } | undefined;
  auditTrail: { retentionDays: number } | undefined;
}

/** What Pulumi knows of a stack before the program runs. `values` are keyed `<project>:<key>`. */
export interface StackConfig {
  project: string;
  stack: string;
  values: Readonly<Record<string, string>>;
  /** Names of the values that were set with `--secret`. */
  secrets?: readonly string[];
}

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
  const project = pulumi.getProject();
  const secrets = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
  const source = { project, stack: pulumi.getStack(), values: pulumi.runtime.allConfig(), secrets };
  const settings = resolveSettings(source, handlers);
  for (const warning of warningsOf(settings, project)) pulumi.log.warn(warning);
  return settings;
}

/** What can be deployed and yet is hardly meant for other people's data. */
export function warningsOf({ profile, users, apiLogs }: Settings, project: string): string[] {
  const managed = `${project}:apiLogs is managed: this stack sets the role that API Gateway logs with, for all APIs of the account in this Region. It replaces one that is set, and stays when the stack goes; external leaves it alone.`;
  const warnings = apiLogs === "managed" ? [managed] : [];
  if (profile === "dev") return warnings;
  if (!users.sender) {
    warnings.push(
      `${project}:sender is not set: Cognito sends mail itself, from its own address and with a small daily quota; name an SES identity before people depend on it.`,
    );
  }
  if (users.client?.signIn?.flow === "implicit") {
    warnings.push(`${project}:flow is implicit: tokens are left in the browser's history; code is safer.`);
  }
  if (users.mfa?.mode !== "on") {
    warnings.push(
      `${project}:mfa is ${users.mfa?.mode}: a phished password is enough to sign in; on asks for a second factor.`,
    );
  }
  return warnings;
}

/** @param handlers the handlers that the routes name; only these may be given a function name. */
export function resolveSettings(source: StackConfig, handlers: readonly string[]): Settings {
  const { project, stack, secrets = [] } = source;
  const { values: v, faults } = readTable(source);
  const name = (key: Key) => `${project}:${key}`;
  const strangers = Object.keys(v.functionNames).filter((handler) => !handlers.includes(handler));
  for (const handler of strangers) {
    const known = handlers.join(", ");
    faults.push(`${name("functionNames")} has the unknown entry ${handler}; it may have ${known}`);
  }
  faults.push(...combinationFaults(v, name), ...unknownKeys(source));
  if (faults.length > 0) {
    throw new SettingsError(
      stack,
      faults.map((fault) => (fault.endsWith("?") ? fault : `${fault}.`)),
    );
  }

  const secret = <T>(key: Key, value: T) => (secrets.includes(name(key)) ? pulumi.secret(value) : value);
  const { callbackPorts: ports, sender } = v;
  return {
    profile: v.profile,
    users: {
      name: v.userPoolName,
      plan: planOf(v),
      mfa: v.mfa === "off" ? { mode: v.mfa } : { mode: v.mfa, factors: ["totp"] },
      password: {
        minimumLength: v.passwordMinimumLength,
        historySize: v.passwordHistorySize,
        temporaryDays: v.temporaryPasswordDays,
      },
      selfSignUp: v.selfSignUp,
      deletionProtection: v.deletionProtection,
      domain: v.customDomain ?? { prefix: v.domainPrefix },
      client: {
        name: v.clientName,
        signIn:
          v.flow === "implicit"
            ? { flow: v.flow, tokenUse: "id" }
            : { flow: v.flow, tokenUse: v.tokenUse, rotateRefreshTokens: v.rotateRefreshTokens ?? true },
        callbackUrls: v.callbackUrls ?? loopbackUrls("/callback", ports),
        logoutUrls: v.logoutUrls ?? loopbackUrls("/logout", ports),
        tokens: { idMinutes: v.idTokenMinutes, accessMinutes: v.accessTokenMinutes, refreshDays: v.refreshTokenDays },
      },
      groups: v.groups,
      sender: sender && {
        identityArn: secret("sender", sender.identityArn),
        from: secret("sender", sender.from),
      },
      deliverLogs: v.userPoolLogs,
    },
    functions: {
      runtime: v.functionRuntime,
      memoryMb: v.functionMemoryMb,
      timeoutSeconds: v.functionTimeoutSeconds,
      reservedConcurrency: v.functionReservedConcurrency,
    },
    functionNames: v.functionNames,
    api: {
      name: v.apiName,
      stageName: v.stageName,
      authorization: v.authorization,
      tls: {
        securityPolicy:
          v.minimumTls === "1.3" ? "SecurityPolicy_TLS13_1_3_2025_09" : "SecurityPolicy_TLS13_1_2_PQ_2025_09",
        endpointAccessMode: v.endpointAccessMode,
      },
      throttling: { ratePerSecond: v.throttlingRate, burst: v.throttlingBurst },
      allowedOrigin: v.allowedOrigin,
    },
    apiLogs: v.apiLogs,
    logs: { retentionDays: v.logRetentionDays, deletionProtection: v.logDeletionProtection },
    encryption:
      v.encryptionKey === "aws" || v.encryptionKey === "managed"
        ? { key: v.encryptionKey }
        : { key: "named", arn: v.encryptionKey },
    firewall: v.firewall ? { rateLimit: v.firewallRateLimit } : undefined,
    monitoring: v.monitoring ? { alarmEmail: v.alarmEmail && secret("alarmEmail", v.alarmEmail) } : undefined,
    auditTrail: v.auditTrail ? { retentionDays: v.auditTrailRetentionDays } : undefined,
  };
}

/** Each value as its schema reads it, or what the profile has; also in place of one with a fault, so that the rest is read. */
function readTable({ project, values: given }: StackConfig): { values: Values; faults: string[] } {
  const profile = given[`${project}:profile`] === "prod" ? "prod" : "dev";
  const faults: string[] = [];
  const read = ([key, row]: [string, Row<unknown>]): [string, unknown] => {
    const name = `${project}:${key}`;
    const raw = given[name];
    if (raw === undefined) return [key, row[profile]];
    const result = raw.trim() === "" ? undefined : row.schema.safeParse(raw);
    if (result?.success) return [key, result.data];
    const messages = result?.error.issues.map(({ message }) => message) ?? [
      "is empty; give it a value or remove the line",
    ];
    faults.push(...new Set(messages.map((message) => `${name} ${message}`)));
    return [key, row[profile]];
  };
  return { values: Object.fromEntries(Object.entries(table).map(read)) as Values, faults };
}

function planOf({ tier, hostedUi, threatProtection }: Values): Plan {
  if (tier === "PLUS") return { tier, hostedUi, threatProtection };
  return tier === "ESSENTIALS"
    ? { tier, hostedUi, threatProtection: "off" }
    : { tier, hostedUi: "classic", threatProtection: "off" };
}

/** What AWS, or good sense, does not let go together. */
function combinationFaults(v: Values, name: (key: Key) => string): string[] {
  const plus = `set ${name("tier")} to PLUS, or ${name("threatProtection")} to off`;
  const essentials = `or ${name("tier")} to ESSENTIALS`;
  const without = (key: Key, component: Key): [boolean, string] => [
    !v[component] && v[key] !== table[key].dev,
    `${name(key)} has no effect while ${name(component)} is off; set ${name(component)} to true, or remove the line`,
  ];
  const rules: [broken: boolean, sentence: string][] = [
    [
      v.tier !== "PLUS" && v.threatProtection !== "off",
      `${name("threatProtection")} is ${v.threatProtection}, which only the PLUS plan has; ${plus}`,
    ],
    [
      v.tier === "LITE" && v.hostedUi === "managed",
      `${name("hostedUi")} is managed, which the LITE plan does not have; set ${name("hostedUi")} to classic, ${essentials}`,
    ],
    [
      v.tier === "LITE" && v.passwordHistorySize > 0,
      `${name("passwordHistorySize")} is ${v.passwordHistorySize}, which the LITE plan does not have; set it to 0, ${essentials}`,
    ],
    [
      v.mfa !== "off" && v.mfaFactors.length === 0,
      `${name("mfa")} is ${v.mfa} but ${name("mfaFactors")} is empty; add totp, or set ${name("mfa")} to off`,
    ],
    [
      v.flow === "implicit" && v.tokenUse === "access",
      `${name("tokenUse")} is access, which authorizes by scopes, but ${name("flow")} is implicit; set ${name("flow")} to code, or ${name("tokenUse")} to id`,
    ],
    [
      v.flow === "implicit" && v.rotateRefreshTokens === true,
      `${name("rotateRefreshTokens")} is true, but the implicit flow has no refresh token; remove the line, or set ${name("flow")} to code`,
    ],
    [
      v.domainPrefix !== undefined && v.customDomain !== undefined,
      `${name("domainPrefix")} and ${name("customDomain")} are both set; remove one`,
    ],
    [
      v.authorization === "none" && v.profile === "prod",
      `${name("authorization")} is none, which opens the API to everybody, and ${name("profile")} is prod; remove the line`,
    ],
    without("firewallRateLimit", "firewall"),
    without("alarmEmail", "monitoring"),
    without("auditTrailRetentionDays", "auditTrail"),
  ];
  return rules.filter(([broken]) => broken).map(([, sentence]) => sentence);
}

function unknownKeys({ project, values }: StackConfig): string[] {
  return Object.keys(values)
    .filter((name) => name.startsWith(`${project}:`) && !Object.hasOwn(table, name.slice(project.length + 1)))
    .map((name) => {
      const near = nearest(name.slice(project.length + 1));
      return `${name} is not a setting of this program; ${near ? `did you mean ${project}:${near}?` : "remove it"}`;
    });
}

function nearest(wanted: string): string | undefined {
  const ranked = Object.keys(table)
    .map((key) => ({ key, distance: editDistance(wanted.toLowerCase(), key.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 4))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.key;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
