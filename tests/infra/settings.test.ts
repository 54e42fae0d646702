import { deepEqual, equal, match, throws } from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { domainPrefixStem, redirectFault } from "../../infra/addresses.ts";
import { resolveSettings, type Settings, SettingsError, warningsOf } from "../../infra/settings/settings.ts";
import type { Mfa, Plan, SignIn } from "../../infra/user-directory.ts";
import { configText, evaluateStack, stackFile } from "./support/evaluate.ts";

function settingsOf(config: Record<string, unknown>, stack = "test"): Settings {
  const values = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [`demo-auth:${key}`, configText(value)]),
  );
  return resolveSettings({ project: "demo-auth", stack, values }, ["transactions"]);
}

function faultsOf(config: Record<string, unknown>): readonly string[] {
  try {
    settingsOf(config);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

const prefixRule =
  "use 1 to 63 lower-case letters, digits and inner hyphens, without the words aws, amazon, cognito, which Cognito reserves";

const loopbackUrls = (path: string) =>
  ["localhost", "127.0.0.1"].flatMap((host) =>
    [47810, 47811, 47812, 47813, 47814].map((port) => `http://${host}:${port}${path}`),
  );

describe("the settings of a stack", () => {
  it("are the dev profile's when the stack file says nothing", () => {
    deepEqual(settingsOf({}), {
      profile: "dev",
      users: {
        name: undefined,
        plan: { tier: "ESSENTIALS", hostedUi: "managed", threatProtection: "off" },
        mfa: { mode: "optional", factors: ["totp"] },
        password: { minimumLength: 12, historySize: 0, temporaryDays: 7 },
        selfSignUp: true,
        deletionProtection: false,
        domain: { prefix: undefined },
        client: {
          name: undefined,
          signIn: { flow: "implicit", tokenUse: "id" },
          callbackUrls: loopbackUrls("/callback"),
          logoutUrls: loopbackUrls("/logout"),
          tokens: { idMinutes: 60, accessMinutes: 60, refreshDays: 1 },
        },
        groups: [],
        sender: undefined,
        deliverLogs: false,
      },
      functions: { runtime: "nodejs24.x", memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: undefined },
      functionNames: {},
      api: {
        name: undefined,
        stageName: "Test",
        authorization: "cognito",
        tls: { securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09", endpointAccessMode: "STRICT" },
        throttling: { ratePerSecond: 10, burst: 20 },
        allowedOrigin: undefined,
      },
      apiLogs: "off",
      logs: { retentionDays: 14, deletionProtection: false },
      encryptionKey: "aws",
      firewall: undefined,
      monitoring: undefined,
      auditTrail: undefined,
    });
  });

  it("are hardened by the prod profile, value by value", () => {
    const { users, api, apiLogs, logs, functions } = settingsOf({ profile: "prod" });
    deepEqual(users.plan, { tier: "PLUS", hostedUi: "managed", threatProtection: "enforced" });
    deepEqual(users.mfa, { mode: "on", factors: ["totp"] });
    deepEqual(users.password, { minimumLength: 14, historySize: 5, temporaryDays: 1 });
    equal(users.selfSignUp, false);
    equal(users.deletionProtection, true);
    deepEqual(users.client?.signIn, { flow: "code", tokenUse: "access", rotateRefreshTokens: true });
    deepEqual(users.client?.tokens, { idMinutes: 15, accessMinutes: 15, refreshDays: 1 });
    equal(api.stageName, "v1");
    deepEqual(api.throttling, { ratePerSecond: 50, burst: 100 });
    equal(apiLogs, "external");
    equal(logs.retentionDays, 365);
    equal(functions.runtime, "nodejs24.x");
  });

  const overrides: [string, unknown, (settings: Settings) => unknown, unknown][] = [
    ["userPoolName", "Pool", (s) => s.users.name, "Pool"],
    ["hostedUi", "classic", (s) => s.users.plan?.hostedUi, "classic"],
    ["mfa", "optional", (s) => s.users.mfa?.mode, "optional"],
    ["mfaFactors", ["totp"], (s) => s.users.mfa, { mode: "on", factors: ["totp"] }],
    ["passwordMinimumLength", 20, (s) => s.users.password?.minimumLength, 20],
    ["passwordHistorySize", 24, (s) => s.users.password?.historySize, 24],
    ["temporaryPasswordDays", 3, (s) => s.users.password?.temporaryDays, 3],
    ["threatProtection", "audit", (s) => s.users.plan?.threatProtection, "audit"],
    ["selfSignUp", true, (s) => s.users.selfSignUp, true],
    ["deletionProtection", false, (s) => s.users.deletionProtection, false],
    ["domainPrefix", "my-team", (s) => s.users.domain, { prefix: "my-team" }],
    ["clientName", "Client", (s) => s.users.client?.name, "Client"],
    ["tokenUse", "id", (s) => s.users.client?.signIn?.tokenUse, "id"],
    [
      "rotateRefreshTokens",
      false,
      (s) => s.users.client?.signIn,
      { flow: "code", tokenUse: "access", rotateRefreshTokens: false },
    ],
    [
      "callbackPorts",
      [8976],
      (s) => s.users.client?.callbackUrls,
      ["http://localhost:8976/callback", "http://127.0.0.1:8976/callback"],
    ],
    [
      "callbackUrls",
      ["https://app.example.com/callback"],
      (s) => s.users.client?.callbackUrls,
      ["https://app.example.com/callback"],
    ],
    ["logoutUrls", ["http://[::1]:8976/out"], (s) => s.users.client?.logoutUrls, ["http://[::1]:8976/out"]],
    ["idTokenMinutes", 5, (s) => s.users.client?.tokens?.idMinutes, 5],
    ["accessTokenMinutes", 1440, (s) => s.users.client?.tokens?.accessMinutes, 1440],
    ["refreshTokenDays", 30, (s) => s.users.client?.tokens?.refreshDays, 30],
    ["groups", ["admins"], (s) => s.users.groups, ["admins"]],
    [
      "sender",
      { identityArn: "arn:aws:ses:us-east-1:123456789012:identity/example.com", from: "hi@example.com" },
      (s) => s.users.sender,
      { identityArn: "arn:aws:ses:us-east-1:123456789012:identity/example.com", from: "hi@example.com" },
    ],
    ["userPoolLogs", true, (s) => s.users.deliverLogs, true],
    ["functionNames", { transactions: "Mine" }, (s) => s.functionNames, { transactions: "Mine" }],
    ["functionRuntime", "nodejs22.x", (s) => s.functions.runtime, "nodejs22.x"],
    ["functionMemoryMb", 512, (s) => s.functions.memoryMb, 512],
    ["functionTimeoutSeconds", 5, (s) => s.functions.timeoutSeconds, 5],
    ["functionReservedConcurrency", 10, (s) => s.functions.reservedConcurrency, 10],
    ["apiName", "Api", (s) => s.api.name, "Api"],
    ["stageName", "live", (s) => s.api.stageName, "live"],
    ["minimumTls", "1.2", (s) => s.api.tls?.securityPolicy, "SecurityPolicy_TLS13_1_2_PQ_2025_09"],
    ["endpointAccessMode", "BASIC", (s) => s.api.tls?.endpointAccessMode, "BASIC"],
    ["throttlingRate", 1, (s) => s.api.throttling?.ratePerSecond, 1],
    ["throttlingBurst", 2, (s) => s.api.throttling?.burst, 2],
    ["allowedOrigin", "https://app.example.com", (s) => s.api.allowedOrigin, "https://app.example.com"],
    ["allowedOrigin", "http://localhost:3000", (s) => s.api.allowedOrigin, "http://localhost:3000"],
    ["apiLogs", "managed", (s) => s.apiLogs, "managed"],
    ["logRetentionDays", 30, (s) => s.logs.retentionDays, 30],
    ["logDeletionProtection", true, (s) => s.logs.deletionProtection, true],
    ["encryptionKey", "managed", (s) => s.encryptionKey, "managed"],
    ["firewall", true, (s) => s.firewall, { rateLimit: 2000 }],
    ["monitoring", true, (s) => s.monitoring, { alarmEmail: undefined }],
    ["auditTrail", true, (s) => s.auditTrail, { retentionDays: 365 }],
  ];
  for (const [key, value, read, expected] of overrides) {
    it(`take ${key} from the stack file over the profile`, () => {
      deepEqual(read(settingsOf({ profile: "prod", [key]: value })), expected);
    });
  }

  it("take the tier from the stack file with what goes with it", () => {
    deepEqual(settingsOf({ tier: "LITE", hostedUi: "classic" }).users.plan, {
      tier: "LITE",
      hostedUi: "classic",
      threatProtection: "off",
    });
  });

  it("of a custom domain name the certificate and, when given, the zone", () => {
    const customDomain = {
      name: "auth.example.com",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0b7c-11",
      hostedZoneId: "Z0123456789",
    };
    deepEqual(settingsOf({ customDomain }).users.domain, customDomain);
  });

  it("of the dev stack are the tutorial's", () => {
    const { users, api, functionNames } = resolveSettings(
      { project: "demo-auth", stack: "dev", values: stackFile("dev") },
      ["transactions"],
    );
    equal(users.name, "MyFirstDemoPool");
    equal(users.client?.name, "DemoClient");
    equal(api.name, "DemoAPI");
    equal(api.stageName, "Test");
    deepEqual(functionNames, { transactions: "DemoAppLambda" });
    deepEqual(users.mfa, { mode: "off" });
    deepEqual(users.password, { minimumLength: 8, historySize: 0, temporaryDays: 7 });
    deepEqual(users.client?.signIn, { flow: "implicit", tokenUse: "id" });
  });
});

describe("a stack file with a fault", () => {
  const cases: [string, Record<string, unknown>, string[]][] = [
    ["an unknown profile", { profile: "staging" }, ['demo-auth:profile is "staging"; use one of dev, prod.']],
    [
      "a misspelt key",
      { passwordMinimunLength: 12 },
      [
        "demo-auth:passwordMinimunLength is not a setting of this program; did you mean demo-auth:passwordMinimumLength?",
      ],
    ],
    ["a foreign key", { colour: "red" }, ["demo-auth:colour is not a setting of this program; remove it."]],
    [
      "threat protection without PLUS",
      { threatProtection: "audit" },
      [
        "demo-auth:threatProtection is audit, which only the PLUS plan has; set demo-auth:tier to PLUS, or demo-auth:threatProtection to off.",
      ],
    ],
    [
      "managed login on LITE",
      { tier: "LITE" },
      [
        "demo-auth:hostedUi is managed, which the LITE plan does not have; set demo-auth:hostedUi to classic, or demo-auth:tier to ESSENTIALS.",
      ],
    ],
    [
      "a password history on LITE",
      { tier: "LITE", hostedUi: "classic", passwordHistorySize: 3 },
      [
        "demo-auth:passwordHistorySize is 3, which the LITE plan does not have; set demo-auth:passwordHistorySize to 0, or demo-auth:tier to ESSENTIALS.",
      ],
    ],
    [
      "the implicit flow with scopes",
      { flow: "implicit", tokenUse: "access" },
      [
        "demo-auth:tokenUse is access, which authorizes by scopes, but demo-auth:flow is implicit; set demo-auth:flow to code, or demo-auth:tokenUse to id.",
      ],
    ],
    [
      "refresh rotation in the implicit flow",
      { rotateRefreshTokens: true },
      [
        "demo-auth:rotateRefreshTokens is true, but the implicit flow has no refresh token; remove the line, or set demo-auth:flow to code.",
      ],
    ],
    [
      "MFA without a factor",
      { mfa: "on", mfaFactors: [] },
      ["demo-auth:mfa is on but demo-auth:mfaFactors is empty; add totp, or set demo-auth:mfa to off."],
    ],
    [
      "an MFA factor that is not set up",
      { mfaFactors: ["sms"] },
      ['demo-auth:mfaFactors has "sms"; the factor this program sets up is totp.'],
    ],
    [
      "a plain-http callback of another host",
      { callbackUrls: ["http://app.example.com/callback"] },
      [
        'demo-auth:callbackUrls has "http://app.example.com/callback", which is neither https nor http on localhost, 127.0.0.1 or [::1]; use one of these.',
      ],
    ],
    [
      "a callback on a host that only begins like the loopback",
      { callbackUrls: ["http://localhost.evil.example/callback"] },
      [
        'demo-auth:callbackUrls has "http://localhost.evil.example/callback", which is neither https nor http on localhost, 127.0.0.1 or [::1]; use one of these.',
      ],
    ],
    [
      "a callback with a fragment",
      { callbackUrls: ["https://app.example.com/#x"] },
      ['demo-auth:callbackUrls has "https://app.example.com/#x", which has a fragment; remove the # and what follows.'],
    ],
    [
      "a callback that hides its host behind a user name",
      { callbackUrls: ["https://localhost@evil.example/"] },
      ['demo-auth:callbackUrls has "https://localhost@evil.example/", which carries a user name; remove it.'],
    ],
    [
      "a callback with a wildcard",
      { callbackUrls: ["https://*.example.com/"] },
      [
        'demo-auth:callbackUrls has "https://*.example.com/", which has a wildcard; Cognito compares whole addresses, so give each one.',
      ],
    ],
    [
      "a relative logout URL",
      { logoutUrls: ["/logout"] },
      ['demo-auth:logoutUrls has "/logout", which is not an absolute URL; write it as https://host/path.'],
    ],
    [
      "no callback at all",
      { callbackUrls: [] },
      ["demo-auth:callbackUrls is empty; give at least one URL, or remove the line."],
    ],
    [
      "a port that is none",
      { callbackPorts: [80] },
      ['demo-auth:callbackPorts has "80"; give ports from 1024 to 65535.'],
    ],
    [
      "no callback port",
      { callbackPorts: [] },
      ["demo-auth:callbackPorts is empty; give at least one port, or remove the line."],
    ],
    ...["aws", "amazon", "cognito"].map((word): [string, Record<string, unknown>, string[]] => [
      `a domain prefix with the reserved word ${word}`,
      { domainPrefix: `my-${word}-app` },
      [`demo-auth:domainPrefix is "my-${word}-app"; ${prefixRule}.`],
    ]),
    [
      "a domain prefix with other characters",
      { domainPrefix: "My_App" },
      [`demo-auth:domainPrefix is "My_App"; ${prefixRule}.`],
    ],
    [
      "a custom domain and a prefix",
      {
        domainPrefix: "mine",
        customDomain: {
          name: "auth.example.com",
          certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0b7c-11",
        },
      },
      ["demo-auth:domainPrefix and demo-auth:customDomain are both set; remove one."],
    ],
    [
      "a custom domain's certificate in another Region",
      {
        customDomain: {
          name: "auth.example.com",
          certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0b7c-11",
        },
      },
      ["demo-auth:customDomain needs the certificateArn of an ACM certificate in us-east-1."],
    ],
    [
      "a retired runtime",
      { functionRuntime: "nodejs20.x" },
      ['demo-auth:functionRuntime is "nodejs20.x"; use one of nodejs24.x, nodejs22.x.'],
    ],
    [
      "a name for a function that no route has",
      { functionNames: { orders: "Orders" } },
      ["demo-auth:functionNames has the unknown entry orders; it may have transactions."],
    ],
    [
      "a number with a unit",
      { idTokenMinutes: "15m" },
      ['demo-auth:idTokenMinutes is "15m"; give a whole number of minutes from 5 to 1440.'],
    ],
    [
      "a number out of range",
      { passwordMinimumLength: 6 },
      ['demo-auth:passwordMinimumLength is "6"; give a whole number of characters from 8 to 99.'],
    ],
    [
      "a retention that CloudWatch Logs does not know",
      { logRetentionDays: 10 },
      [
        'demo-auth:logRetentionDays is "10"; CloudWatch Logs takes one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.',
      ],
    ],
    [
      "an origin with a path",
      { allowedOrigin: "https://app.example.com/" },
      [
        'demo-auth:allowedOrigin is "https://app.example.com/"; give one origin like https://app.example.com or http://localhost:3000, without a slash at the end.',
      ],
    ],
    [
      "every origin",
      { allowedOrigin: "*" },
      [
        'demo-auth:allowedOrigin is "*"; give one origin like https://app.example.com or http://localhost:3000, without a slash at the end.',
      ],
    ],
    [
      "an origin over plain http",
      { allowedOrigin: "http://app.example.com" },
      [
        'demo-auth:allowedOrigin is "http://app.example.com"; give one origin like https://app.example.com or http://localhost:3000, without a slash at the end.',
      ],
    ],
    [
      "an alarm that goes nowhere",
      { monitoring: true, alarmEmail: "ops" },
      ['demo-auth:alarmEmail is "ops"; give one e-mail address.'],
    ],
    [
      "a hosted zone that is none",
      {
        customDomain: {
          name: "auth.example.com",
          certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0b7c-11",
          hostedZoneId: "example.com",
        },
      },
      ['demo-auth:customDomain has the hostedZoneId "example.com"; give a Route 53 zone like Z0123456789.'],
    ],
    ["an empty value", { apiName: "" }, ["demo-auth:apiName is empty; give it a value or remove the line."]],
    [
      "a stage name with a slash",
      { stageName: "a/b" },
      ['demo-auth:stageName is "a/b"; use letters, digits, hyphens and underscores.'],
    ],
    [
      "a list that is a text",
      { callbackUrls: "https://app.example.com/" },
      ["demo-auth:callbackUrls is not a list; write it as indented YAML, or as JSON."],
    ],
    [
      "a list that is an object",
      { groups: { a: "b" } },
      ['demo-auth:groups is not a list of texts; write it as a YAML list, one "- item" a line.'],
    ],
    [
      "an object that is a list",
      { sender: ["a"] },
      ['demo-auth:sender is not an object of texts; write it as indented "name: value" lines.'],
    ],
    [
      "a sender without an identity",
      { sender: { from: "hi@example.com" } },
      ["demo-auth:sender needs the identityArn of a verified SES identity."],
    ],
    ["a flag that is no flag", { firewall: "yes" }, ['demo-auth:firewall is "yes"; use one of true, false.']],
    [
      "a key that is no key",
      { encryptionKey: "mine" },
      ['demo-auth:encryptionKey is "mine"; use aws, managed, or the ARN of a KMS key.'],
    ],
    [
      "an option of a component that is off",
      { alarmEmail: "ops@example.com" },
      [
        "demo-auth:alarmEmail has no effect while demo-auth:monitoring is off; set demo-auth:monitoring to true, or remove the line.",
      ],
    ],
    [
      "an open API in prod",
      { profile: "prod", authorization: "none" },
      [
        "demo-auth:authorization is none, which opens the API to everybody, and demo-auth:profile is prod; remove the line.",
      ],
    ],
    [
      "several faults of one object",
      { sender: { from: "nobody" } },
      [
        "demo-auth:sender needs the identityArn of a verified SES identity.",
        "demo-auth:sender needs a from address of that identity.",
      ],
    ],
    [
      "a group name with a space",
      { groups: ["the admins"] },
      ['demo-auth:groups has "the admins"; a group name has 1 to 128 characters and no spaces.'],
    ],
  ];
  for (const [fault, config, sentences] of cases) {
    it(`is refused for ${fault}, with the key and the fix`, () => deepEqual(faultsOf(config), sentences));
  }

  it("is told all its faults at once, under the name of the file", () => {
    throws(() => settingsOf({ mfa: "sometimes", tier: "LITE", tierr: "x" }, "dev"), {
      message: [
        "The configuration of stack dev (Pulumi.dev.yaml) has 3 faults:",
        '  - demo-auth:mfa is "sometimes"; use one of off, optional, on.',
        "  - demo-auth:hostedUi is managed, which the LITE plan does not have; set demo-auth:hostedUi to classic, or demo-auth:tier to ESSENTIALS.",
        "  - demo-auth:tierr is not a setting of this program; did you mean demo-auth:tier?",
      ].join("\n"),
    });
  });

  it("cannot be written as settings either: the compiler refuses what AWS would", () => {
    // @ts-expect-error threat protection is of the PLUS plan
    const protectedWithoutPlus: Plan = { tier: "ESSENTIALS", hostedUi: "managed", threatProtection: "enforced" };
    // @ts-expect-error LITE has the classic pages only
    const managedOnLite: Plan = { tier: "LITE", hostedUi: "managed", threatProtection: "off" };
    // @ts-expect-error MFA needs a factor
    const noFactor: Mfa = { mode: "on", factors: [] };
    // @ts-expect-error scopes are asked of access tokens, which the implicit flow does not hand to the API here
    const implicitScopes: SignIn = { flow: "implicit", tokenUse: "access" };
    // @ts-expect-error a retired runtime
    const retired: Settings["functions"]["runtime"] = "nodejs20.x";
    deepEqual(
      [protectedWithoutPlus, managedOnLite, noFactor, implicitScopes, retired].map((value) => typeof value),
      ["object", "object", "object", "object", "string"],
    );
  });
});

describe("a stack file that can be deployed and is hardly meant so", () => {
  const warningsFor = (config: Record<string, unknown>) => warningsOf(settingsOf(config), "demo-auth");
  const sender = { identityArn: "arn:aws:ses:us-east-1:123456789012:identity/example.com", from: "hi@example.com" };

  it("gets a warning for each thing in prod, and none in dev", () => {
    deepEqual(warningsFor({ profile: "prod", flow: "implicit", tokenUse: "id", mfa: "optional" }), [
      "demo-auth:sender is not set: Cognito sends mail itself, from its own address and with a small daily quota; name an SES identity before people depend on it.",
      "demo-auth:flow is implicit: tokens are left in the browser's history; code is safer.",
      "demo-auth:mfa is optional: a phished password is enough to sign in; on asks for a second factor.",
    ]);
    deepEqual(warningsFor({ profile: "prod", sender }), []);
    deepEqual(warningsFor({ mfa: "off" }), []);
  });

  it("is told that it replaces the account's role for logs, in either profile", () => {
    for (const profile of ["dev", "prod"]) {
      match(
        warningsFor({ profile, sender, apiLogs: "managed" }).join(),
        /^demo-auth:apiLogs is managed: [^:]*replaces one/s,
      );
    }
  });

  it("keeps the mark of what was set as a secret", async () => {
    const values = { "demo-auth:monitoring": "true", "demo-auth:alarmEmail": "ops@example.com" };
    const source = { project: "demo-auth", stack: "test", values, secrets: ["demo-auth:alarmEmail"] };
    const { alarmEmail } = resolveSettings(source, []).monitoring!;
    equal(await pulumi.isSecret(pulumi.output(alarmEmail)), true);
    const open = resolveSettings({ ...source, secrets: [] }, []).monitoring!;
    equal(open.alarmEmail, "ops@example.com");
  });

  it("is told so while the program runs", async () => {
    const { warnings } = await evaluateStack("prod");
    deepEqual(warnings, [
      "demo-auth:sender is not set: Cognito sends mail itself, from its own address and with a small daily quota; name an SES identity before people depend on it.",
    ]);
  });
});

describe("the prefix that a stack makes up for its domain", () => {
  it("takes out reserved words, also those that taking one out leaves behind", () => {
    equal(domainPrefixStem("demo-auth", "aws-dev"), "demo-auth-dev");
    equal(domainPrefixStem("cognito-shop", "amazon"), "shop");
    equal(domainPrefixStem("shop", "aawsws-eu"), "shop-eu");
  });

  it("keeps to the characters of a host name and leaves room for its hash", () => {
    equal(domainPrefixStem("Demo_Auth", "Dev.1"), "demo-auth-dev-1");
    equal(domainPrefixStem("p".repeat(40), "s".repeat(40)).length, 54);
    equal(domainPrefixStem("aws", "cognito"), "app");
  });

  it("is one that Cognito takes, whatever a project and a stack are called", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);
    const nasty = fc
      .array(fc.constantFrom("aws", "amazon", "cognito", "a", "ws", "-", "_", "cog", "nito"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(name, nasty), fc.oneof(name, nasty), (project, stack) => {
        deepEqual(faultsOf({ domainPrefix: `${domainPrefixStem(project, stack)}-0a1b2c3d` }), []);
      }),
    );
  });
});

describe("a redirect address", () => {
  it("over plain http is taken for the three names of the loopback only", () => {
    const port = fc.option(fc.integer({ min: 1, max: 65535 }));
    const address = (host: string, number: number | null) =>
      `http://${host}${number === null ? "" : `:${number}`}/callback`;
    fc.assert(
      fc.property(fc.constantFrom("localhost", "127.0.0.1", "[::1]"), port, (host, number) => {
        equal(redirectFault(address(host, number)), undefined);
      }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.domain(),
          fc.ipV4().filter((ip) => ip !== "127.0.0.1"),
        ),
        port,
        (host, number) => {
          match(redirectFault(address(host, number)) ?? "", /^, which is neither https nor http on /);
        },
      ),
    );
  });
});
