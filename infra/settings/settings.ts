/**
 * A stack's configuration, resolved into what the components take. Everything but `readSettings` is pure. All faults of a
 * stack file are told at once, each with its fix; what cannot be combined on AWS cannot be typed.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { loopbackUrls, type Plan, type SignIn } from "../user-directory.ts";
import { type Key, type Row, table, type Values } from "./table.ts";

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
    const sentences = faults.map((fault) => (fault.endsWith("?") ? fault : `${fault}.`));
    const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
    const lines = sentences.map((sentence) => `\n  - ${sentence}`).join("");
    super(`The configuration of stack ${stack} (Pulumi.${stack}.yaml) has ${count}:${lines}`);
    this.faults = sentences;
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
  const [prod, { mode }] = [profile === "prod", users.mfa];
  const warnings = [
    apiLogs === "managed" &&
      "apiLogs is managed: this stack sets the role that API Gateway logs with, for all APIs of the account in this " +
        "Region. It replaces one that is set, and stays when the stack goes; external leaves it alone.",
    prod &&
      !users.sender &&
      "sender is not set: Cognito sends mail itself, from its own address and with a small daily quota; " +
        "name an SES identity before people depend on it.",
    prod &&
      users.client.signIn.flow === "implicit" &&
      "flow is implicit: tokens are left in the browser's history; code is safer.",
    prod && mode !== "on" && `mfa is ${mode}: a phished password is enough to sign in; on asks for a second factor.`,
  ];
  return warnings.filter((warning) => warning !== false).map((warning) => `${project}:${warning}`);
}

/** @param handlers the handlers that the routes name; only these may be given a function name. */
export function resolveSettings(source: StackConfig, handlers: readonly string[]): Settings {
  const { project, stack, secrets = [] } = source;
  const { values, faults } = readTable(source);
  const name = (key: string) => `${project}:${key}`;
  for (const handler of Object.keys(values.functionNames).filter((one) => !handlers.includes(one))) {
    faults.push(`${name("functionNames")} has the unknown entry ${handler}; it may have ${handlers.join(", ")}`);
  }
  faults.push(...combinationFaults(values, name), ...unknownKeys(source));
  if (faults.length > 0) throw new SettingsError(stack, faults);
  const secret = <T>(key: Key, value: T) => (secrets.includes(name(key)) ? pulumi.secret(value) : value);
  return argumentsOf(values, secret);
}

/** What the components of `index.ts` take. */
export type Settings = ReturnType<typeof argumentsOf>;

function argumentsOf(v: Values, secret: <T>(key: Key, value: T) => T | pulumi.Output<pulumi.Unwrap<T>>) {
  const { sender, alarmEmail } = v;
  return {
    profile: v.profile,
    users: {
      name: v.userPoolName,
      plan: { tier: v.tier, hostedUi: v.hostedUi, threatProtection: v.threatProtection } as Plan,
      mfa: v.mfa === "off" ? { mode: v.mfa } : { mode: v.mfa, factors: ["totp"] as const },
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
        signIn: signInOf(v),
        callbackUrls: v.callbackUrls ?? loopbackUrls("/callback", v.callbackPorts),
        logoutUrls: v.logoutUrls ?? loopbackUrls("/logout", v.callbackPorts),
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
    /** By handler; Pulumi makes one up for a handler without. */
    functionNames: v.functionNames,
    api: {
      name: v.apiName,
      stageName: v.stageName,
      authorization: v.authorization,
      tls: { securityPolicy: tlsPolicies[v.minimumTls], endpointAccessMode: v.endpointAccessMode },
      throttling: { ratePerSecond: v.throttlingRate, burst: v.throttlingBurst },
      allowedOrigin: v.allowedOrigin,
    },
    apiLogs: v.apiLogs,
    logs: { retentionDays: v.logRetentionDays, deletionProtection: v.logDeletionProtection },
    /** Whose key encrypts the logs: AWS's own, one that this stack makes and rotates, or the one of an ARN. */
    encryptionKey: v.encryptionKey,
    firewall: v.firewall ? { rateLimit: v.firewallRateLimit } : undefined,
    monitoring: v.monitoring ? { alarmEmail: alarmEmail && secret("alarmEmail", alarmEmail) } : undefined,
    auditTrail: v.auditTrail ? { retentionDays: v.auditTrailRetentionDays } : undefined,
  };
}

const tlsPolicies = {
  "1.3": "SecurityPolicy_TLS13_1_3_2025_09",
  "1.2": "SecurityPolicy_TLS13_1_2_PQ_2025_09",
} as const;

const signInOf = ({ flow, tokenUse, rotateRefreshTokens = true }: Values): SignIn =>
  flow === "implicit" ? { flow, tokenUse: "id" } : { flow, tokenUse, rotateRefreshTokens };

const given = z.string().refine((text) => text.trim() !== "", "is empty; give it a value or remove the line");

/** Each value as its schema reads it, or what the profile has; also in place of one with a fault, so that the rest is read. */
function readTable({ project, values: texts }: StackConfig): { values: Values; faults: string[] } {
  const profile = texts[`${project}:profile`] === "prod" ? "prod" : "dev";
  const faults = new Set<string>();
  const read = ([key, row]: [string, Row<unknown>]): [string, unknown] => {
    const name = `${project}:${key}`;
    if (texts[name] === undefined) return [key, row[profile]];
    const result = given.pipe(row.schema).safeParse(texts[name]);
    for (const { message } of result.error?.issues ?? []) faults.add(`${name} ${message}`);
    return [key, result.success ? result.data : row[profile]];
  };
  return { values: Object.fromEntries(Object.entries(table).map(read)) as Values, faults: [...faults] };
}

/** What AWS, or good sense, does not let go together. */
function combinationFaults(v: Values, name: (key: string) => string): string[] {
  const [lite, implicit] = [v.tier === "LITE", v.flow === "implicit"];
  const is = (key: Key) => `${name(key)} is ${v[key]}`;
  const set = (ways: Partial<Record<Key, unknown>>) => {
    const each = Object.entries(ways).map(([key, value]) => `${name(key)} to ${value}`);
    return `set ${each.join(", or ")}`;
  };
  const without = (key: Key, component: Key) =>
    !v[component] &&
    v[key] !== table[key].dev &&
    `${name(key)} has no effect while ${name(component)} is off; ${set({ [component]: true })}, or remove the line`;
  const faults = [
    v.tier !== "PLUS" &&
      v.threatProtection !== "off" &&
      `${is("threatProtection")}, which only the PLUS plan has; ${set({ tier: "PLUS", threatProtection: "off" })}`,
    lite &&
      v.hostedUi === "managed" &&
      `${is("hostedUi")}, which the LITE plan does not have; ${set({ hostedUi: "classic", tier: "ESSENTIALS" })}`,
    lite &&
      v.passwordHistorySize > 0 &&
      `${is("passwordHistorySize")}, which the LITE plan does not have; ${set({ passwordHistorySize: 0, tier: "ESSENTIALS" })}`,
    v.mfa !== "off" &&
      v.mfaFactors.length === 0 &&
      `${is("mfa")} but ${name("mfaFactors")} is empty; add totp, or ${set({ mfa: "off" })}`,
    implicit &&
      v.tokenUse === "access" &&
      `${is("tokenUse")}, which authorizes by scopes, but ${is("flow")}; ${set({ flow: "code", tokenUse: "id" })}`,
    implicit &&
      v.rotateRefreshTokens &&
      `${is("rotateRefreshTokens")}, but the implicit flow has no refresh token; remove the line, or ${set({ flow: "code" })}`,
    v.domainPrefix && v.customDomain && `${name("domainPrefix")} and ${name("customDomain")} are both set; remove one`,
    v.authorization === "none" &&
      v.profile === "prod" &&
      `${is("authorization")}, which opens the API to everybody, and ${is("profile")}; remove the line`,
    without("firewallRateLimit", "firewall"),
    without("alarmEmail", "monitoring"),
    without("auditTrailRetentionDays", "auditTrail"),
  ];
  return faults.filter((fault) => typeof fault === "string");
}

function unknownKeys({ project, values }: StackConfig): string[] {
  const own = Object.keys(values).filter((name) => name.startsWith(`${project}:`));
  const keys = own.map((name) => name.slice(project.length + 1)).filter((key) => !Object.hasOwn(table, key));
  return keys.map((key) => {
    const near = nearest(key);
    return `${project}:${key} is not a setting of this program; ${near ? `did you mean ${project}:${near}?` : "remove it"}`;
  });
}

function nearest(wanted: string): string | undefined {
  const keysWithin = (_: unknown, edits: number) =>
    Object.keys(table).filter((key) => isWithin(edits, wanted.toLowerCase(), key.toLowerCase()));
  return Array.from({ length: Math.max(3, Math.floor(wanted.length / 4) + 1) }, keysWithin).flat()[0];
}

/** Whether so many letters, replaced, added or taken away, make the one text the other. */
function isWithin(edits: number, a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > edits) return false;
  if (a === "" || b === "") return true;
  const [a1, b1] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return isWithin(edits, a1, b1);
  return isWithin(edits - 1, a1, b1) || isWithin(edits - 1, a1, b) || isWithin(edits - 1, a, b1);
}
