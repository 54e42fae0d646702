/** What `demo-auth local` says on a terminal, and what it keeps to itself elsewhere. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { mock } from "node:test";
import { localDisplay } from "../../../cli/commands/local/local-display.ts";
import type { CommandContext } from "../../../cli/shared/command-context.ts";
import { openOutput } from "../../../cli/shared/output.ts";
import { systemWorld } from "../../../cli/shared/world.ts";
import { ProgramError } from "../../../local/engine/problems.ts";
import type { ReadyDocument } from "../../../local/host/ready-document.ts";
import type { CloudEvent } from "../../../local/platform.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const READY: ReadyDocument = {
  event: "ready",
  pid: 1,
  console: "http://127.0.0.1:4510",
  project: { name: "shop", stack: "dev", directory: "/shop" },
  userPools: [
    {
      name: "people",
      id: "us-east-1_a",
      arn: "arn",
      issuer: "http://127.0.0.1:4510/us-east-1_a",
      hostedUi: "http://127.0.0.1:4511",
      selfSignUp: true,
      clients: [
        {
          name: "web",
          id: "client1",
          flows: ["code"],
          scopes: ["openid"],
          callbackUrls: [],
          identityProviders: ["COGNITO"],
        },
      ],
    },
  ],
  apis: [
    {
      kind: "REST",
      name: "orders",
      id: "abc",
      authorizers: [],
      stages: [
        {
          name: "s",
          url: "http://127.0.0.1:4512/s",
          routes: [{ method: "GET", path: "/orders", authorization: "COGNITO_USER_POOLS", scopes: [] }],
        },
      ],
    },
  ],
  functionUrls: [],
  functions: [{ name: "orders", runtime: "nodejs24.x" }],
  declaredNotEmulated: [],
  outputs: {},
};
const REQUEST: CloudEvent = {
  kind: "api-request",
  ...{
    at: 0,
    apiId: "abc",
    requestId: "r",
    stage: "s",
    method: "GET",
    path: "/s/orders",
    status: 401,
    durationMs: 2.4,
  },
  ...{ decision: "refused", principal: undefined, reason: "Refused by the Cognito authorizer: the token expired" },
};
const MAIL: CloudEvent = {
  kind: "mail",
  at: 0,
  userPoolId: "p",
  to: "ada@example.com",
  subject: "Your code",
  messageKind: "sign-up",
};
const messages = () => [
  {
    to: "ada@example.com",
    subject: "Your code",
    body: "Your code is 246802",
    code: "246802",
    kind: "sign-up" as const,
    sentAt: "",
  },
];

function open(isTTY: boolean, flags: { json?: boolean; quiet?: boolean } = {}, workingDirectory = "/shop", env = {}) {
  const text = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof text) =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          text[name] += chunk;
          done();
        },
      }),
      { isTTY },
    );
  const world = {
    ...systemWorld(),
    invocation: "demo-auth",
    env: { NO_COLOR: "1", ...env },
    workingDirectory,
    stdout: stream("stdout"),
    stderr: stream("stderr"),
  };
  const io = { world, out: openOutput(world, flags), flags } as unknown as CommandContext;
  return { display: localDisplay(io), text };
}

const broken = () =>
  new ProgramError("shop", "dev", [{ severity: "error", message: "half an edit", urn: "" }], { refused: false });

describe("demo-auth local on a terminal", () => {
  it("says what runs where", () => {
    const { display, text } = open(true);
    display.ready(READY, true);
    for (const part of [
      "shop, stack dev, runs",
      READY.console,
      "http://127.0.0.1:4511",
      "GET     http://127.0.0.1:4512/s/orders  COGNITO_USER_POOLS",
      "orders (nodejs24.x)",
    ])
      assert.ok(text.stderr.includes(part), part);
    assert.match(text.stderr, /users and keys are kept\.\n\n$/);
    display.ready(READY, false);
    assert.match(text.stderr, /users and keys are forgotten\.\n\n$/);
    assert.equal(text.stdout, "");
  });

  it("names what to do next in a form that can be pasted, and nothing that cannot be done", () => {
    const said = (ready: typeof READY) => {
      const { display, text } = open(true);
      display.ready(ready, true);
      return text.stderr.split("\n").find((line) => line.includes("Ctrl-C"));
    };
    const ends = "Ctrl-C ends this cloud; users and keys are kept.";
    assert.equal(said(READY), `Next: demo-auth login, then demo-auth call /orders. ${ends}`);
    const [api] = READY.apis;
    const withoutClients = READY.userPools.map((pool) => ({ ...pool, clients: [] }));
    assert.equal(said({ ...READY, apis: [api!, api!] }), `Next: demo-auth login. ${ends}`);
    const stages = [{ ...api!.stages[0]!, routes: [{ ...api!.stages[0]!.routes[0]!, path: "/orders/{id}" }] }];
    assert.equal(said({ ...READY, apis: [{ ...api!, stages }] }), `Next: demo-auth login. ${ends}`);
    assert.equal(said({ ...READY, userPools: withoutClients }), ends);
  });

  it("names the cloud in what to do next where the commands would mean another project's", () => {
    const otherProject = temporaryDirectory();
    writeFileSync(join(otherProject, "Pulumi.yaml"), "name: other\n");
    const { display, text } = open(true, {}, otherProject);
    display.ready(READY, true);
    const shop = "--target local:shop/dev";
    assert.ok(
      text.stderr.includes(`Next: demo-auth login ${shop}, then demo-auth call ${shop} /orders. `),
      text.stderr,
    );
  });

  it("says which tables there are, where DynamoDB answers, and which key to sign with, but not its secret", () => {
    const { display, text } = open(true);
    const orders = { name: "orders", arn: "arn:…", region: "us-east-1", keys: ["person", "placedAt"], indexes: [] };
    const credentials = { accessKeyId: "AKIALOCALABCDEFGHIJK", secretAccessKey: "hidden" };
    display.ready({ ...READY, tables: [orders], credentials }, true);
    assert.match(
      text.stderr,
      /Tables, with DynamoDB at http:\/\/127\.0\.0\.1:\d+\n {2}orders \(person, placedAt\) {2}us-east-1\n/,
    );
    assert.match(text.stderr, /AKIALOCALABCDEFGHIJK/);
    assert.ok(!text.stderr.includes("hidden"));
  });

  it("names what is not served: first what decides who is let in, then settings with the reason, then whole resources", () => {
    const { display, text } = open(true);
    const pool = { type: "aws:cognito/userPool:UserPool", name: "people" };
    const declaredNotEmulated: ReadyDocument["declaredNotEmulated"] = [
      { type: "aws:s3/bucket:Bucket", name: "files" },
      { ...pool, property: "userPoolAddOns", reason: "threat protection does not run here" },
      { ...pool, property: "lambdaConfig.preSignUp", reason: "this trigger does not run here", guards: true },
      { type: "aws:iam/role:Role", name: "\x1b[2Krole" },
    ];
    display.ready({ ...READY, declaredNotEmulated }, true);
    assert.ok(
      text.stderr.includes(`
Decides who is let in, and is not served: what it guards is refused
  people (UserPool) lambdaConfig.preSignUp: this trigger does not run here

Set, and not served
  people (UserPool) userPoolAddOns: threat protection does not run here

Declared, not emulated
  files (Bucket), `),
      text.stderr,
    );
    assert.ok(!text.stderr.includes("\x1b"));
  });

  it("gives each request a line with the reason for a refusal, and each mail one with its code", () => {
    const { display, text } = open(true);
    display.event(REQUEST, messages);
    display.event(MAIL, messages);
    const clock = new Date(0).toTimeString().slice(0, 8);
    assert.equal(
      text.stderr,
      `${clock} 401 GET /s/orders (2 ms) — Refused by the Cognito authorizer: the token expired\n${clock} mail to ada@example.com: Your code  code 246802\n`,
    );
  });

  it("shows how far the program is while it is evaluated, and takes that away before the next line", () => {
    const { display, text } = open(true);
    display.progress(1);
    display.progress(2);
    display.out.note("said by the program");
    assert.equal(text.stderr, "\r\x1b[K  1 resource\r\x1b[K  2 resources\r\x1b[Ksaid by the program\n");
  });

  it("shows no progress where no line can be written anew: TERM=dumb, and a job's log", () => {
    for (const env of [{ TERM: "dumb" }, { CI: "true" }]) {
      const { display, text } = open(true, {}, "/shop", env);
      display.progress(1);
      display.ready(READY, true);
      assert.doesNotMatch(text.stderr, /[\x1b\r]|1 resource/);
    }
  });

  it("shows why a changed program does not run, and that the old one does", () => {
    const { display, text } = open(true);
    display.changed(["a.ts", "b.ts", "c.ts", "d.ts", "e.ts"]);
    assert.equal(text.stderr, "↻ a.ts, b.ts, c.ts and 2 more changed; evaluating the program again…\n");
    display.changed(["a.ts", "b.ts", "c.ts", "d.ts", "e.ts"]);
    assert.equal(text.stderr.split("\n").length, 2, "a second save while it is evaluated is no news");
    display.reloadFailed(broken());
    assert.match(text.stderr, /half an edit/);
    assert.match(text.stderr, /What ran before keeps running\.\n$/);
    display.reloaded(READY);
    assert.match(text.stderr, /The changed program runs: 1 user pool, 1 route, 1 function/);
  });

  it("says of a changed program what is new and what is gone, with the addresses to paste, and nothing that is as it was", () => {
    const { display, text } = open(true);
    display.ready(READY, true);
    text.stderr = "";
    const [api] = READY.apis;
    const [stage] = api!.stages;
    const routes = [{ method: "PUT", path: "/notes", authorization: "NONE", scopes: [] }];
    const role = { type: "aws:iam/role:Role", name: "role" };
    const addOns = { ...role, property: "maxSessionDuration", reason: "nobody takes it on here" };
    display.reloaded({
      ...READY,
      apis: [{ ...api!, stages: [{ ...stage!, routes }] }],
      declaredNotEmulated: [role, addOns],
    });
    assert.equal(
      text.stderr,
      [
        "✓ The changed program runs: 1 user pool, 1 route, 1 function. Users and sessions are as they were.",
        "  + API orders (abc): PUT     http://127.0.0.1:4512/s/notes  open to anyone",
        "  - API orders (abc): GET     http://127.0.0.1:4512/s/orders  COGNITO_USER_POOLS",
        "  + Set, and not served: role (Role) maxSessionDuration: nobody takes it on here",
        "  + Declared, not emulated: role (Role)",
        "",
      ].join("\n"),
    );
    text.stderr = "";
    display.reloaded(READY);
    assert.equal(text.stderr.match(/^ {2}[+-]/gm)!.length, 4, "the same the other way round");
    text.stderr = "";
    display.reloaded(READY);
    assert.doesNotMatch(text.stderr, /^ {2}/m);
  });

  for (const isTTY of [true, false])
    it(`does not repeat a warning that the evaluation before made too, on a ${isTTY ? "terminal" : "pipe"}`, () => {
      const { display, text } = open(isTTY);
      const evaluate = (warnings: string[], end: () => void) => {
        text.stderr = "";
        display.changed(["a.ts"]);
        for (const warning of warnings) display.out.warn(warning);
        const said = [...text.stderr.matchAll(/! (.*)/g)].map(([, warning]) => warning);
        end();
        return said;
      };
      display.out.warn("no region");
      display.ready(READY, true);
      const runs = () => display.reloaded(READY);
      assert.deepEqual(evaluate(["no region", "retired"], runs), ["retired"]);
      assert.deepEqual(
        evaluate([], () => display.reloadFailed(broken())),
        [],
        "a program that does not run does not come as far",
      );
      assert.deepEqual(evaluate(["no region", "retired"], runs), []);
      assert.deepEqual(evaluate(["retired"], runs), []);
      assert.deepEqual(evaluate(["no region", "retired"], runs), ["no region"], "which had gone");
    });

  describe("for what a function's SDK tries again", () => {
    beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
    afterEach(() => mock.timers.reset());

    const asked = { kind: "aws-api", service: "S3", operation: "GET /", outcome: "Refused" } as const;
    const refusal = (at: number): CloudEvent => ({ ...asked, at, reason: "S3 does not run here." });
    const clock = new Date(0).toTimeString().slice(0, 8);
    const line = `${clock} S3 GET /: Refused — S3 does not run here.\n`;

    it("says the same refusal once, and how often it came again", () => {
      for (const next of ["event", "time"]) {
        const { display, text } = open(true);
        for (const at of [0, 100, 300]) display.event(refusal(at), messages);
        assert.equal(text.stderr, line);
        if (next === "event") display.event(MAIL, messages);
        else mock.timers.tick(2000);
        assert.equal(text.stderr.split("\n")[1], `${clock} and twice more`);
        display.event(refusal(900), messages);
        display.event(refusal(901), messages);
        display.close();
        assert.ok(text.stderr.endsWith(`${line}${clock} and once more\n`), text.stderr);
      }
    });

    it("says a request as often as it is made", () => {
      const { display, text } = open(true);
      for (let count = 0; count < 3; count++) display.event(REQUEST, messages);
      assert.equal(text.stderr.trim().split("\n").length, 3);
    });
  });

  describe("while a program does not end", () => {
    beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
    afterEach(() => mock.timers.reset());
    const words = "A program that keeps a server, a timer or a connection open does not end.";

    it("says that it is still being evaluated, with a terminal and without, less and less often", () => {
      for (const isTTY of [true, false]) {
        const { display, text } = open(isTTY);
        display.evaluating();
        display.progress(3);
        const said = () => text.stderr.match(/Still evaluating.*/g) ?? [];
        mock.timers.tick(14_999);
        assert.deepEqual(said(), []);
        mock.timers.tick(1);
        assert.deepEqual(said(), [`Still evaluating the program after 15 seconds, with 3 resources so far. ${words}`]);
        mock.timers.tick(15_000);
        assert.equal(said().length, 2);
        mock.timers.tick(29_999);
        assert.equal(said().length, 2);
        mock.timers.tick(1);
        assert.deepEqual(said()[2], `Still evaluating the program after 1 minute, with 3 resources so far. ${words}`);
        display.ready(READY, true);
        mock.timers.tick(600_000);
        assert.equal(said().length, 3);
        display.changed(["a.ts"]);
        mock.timers.tick(15_000);
        assert.match(said()[3]!, /after 15 seconds, with no resource so far/);
        display.reloadFailed(broken());
        mock.timers.tick(600_000);
        assert.equal(said().length, 4);
      }
    });

    it("writes that as a line of JSON to standard error with --json, so that the ready line stays the first on standard output", () => {
      const { display, text } = open(false, { json: true });
      display.evaluating();
      mock.timers.tick(15_000);
      assert.equal(text.stdout, "");
      assert.deepEqual(JSON.parse(text.stderr), { event: "evaluating", seconds: 15, resources: 0 });
      display.close();
      mock.timers.tick(600_000);
      assert.equal(text.stderr.split("\n").length, 2);
    });
  });

  it("lets no client steer the terminal", () => {
    const bad = "\x1b[2Jx\ny\u202e\u2066".padEnd(20_000, "a");
    const of = { at: 0, userPoolId: "p", clientId: "c" };
    const events: CloudEvent[] = [
      {
        ...(REQUEST as Extract<CloudEvent, { kind: "api-request" }>),
        method: bad,
        path: bad,
        principal: bad,
        reason: bad,
      },
      { kind: "sign-in", ...of, username: bad, outcome: "refused", reason: bad },
      { kind: "oauth", ...of, endpoint: bad, outcome: "refused", reason: bad },
      { kind: "mail", ...of, to: bad, subject: bad, messageKind: "sign-up" },
      // Such as the user name that an identity provider has given.
      { kind: "user", ...of, username: bad, action: "came from Corp" },
      { kind: "database", at: 0, operation: bad, outcome: "ValidationException", reason: bad },
      { kind: "aws-api", at: 0, service: "Parameter Store", operation: bad, outcome: "Refused", reason: bad },
    ];
    for (const [isTTY, json] of [
      [true, false],
      [false, false],
      [false, true],
    ])
      for (const event of events) {
        const { display, text } = open(isTTY!, { json: json! });
        display.event(event, messages);
        const written = text.stderr + text.stdout;
        assert.doesNotMatch(written, /[\x1b\u202e\u2066]|\n./, event.kind);
        assert.ok(written.length < 2500, `${event.kind}: ${written.length} characters`);
      }
  });
});

describe("demo-auth local elsewhere", () => {
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
  const refused: CloudEvent = {
    kind: "oauth",
    ...{ at: 0, userPoolId: "p", clientId: "c", endpoint: "/oauth2/token", outcome: "refused" },
    reason: "invalid_grant: the code is unknown, expired or used",
  };

  const unsigned: CloudEvent = {
    kind: "database",
    ...{ at: 0, operation: "PutItem", outcome: "MissingAuthenticationTokenException", reason: "It is not signed." },
  };

  const trigger = { kind: "trigger", at: 0, userPoolId: "p", functionName: "greet", durationMs: 3 } as const;
  const failed: CloudEvent = {
    ...trigger,
    ...{
      triggerSource: "CustomMessage_SignUp",
      outcome: "failed",
      reason: "greet does not run here: its code lies in S3",
    },
  };

  /** @returns the documents on stdout, and stderr */
  function playAll(isTTY: boolean, flags: { json?: boolean; quiet?: boolean }) {
    const { display, text } = open(isTTY, flags);
    display.out.note("evaluating");
    display.progress(1);
    display.ready(READY, true);
    display.event(REQUEST, messages);
    display.event({ ...REQUEST, path: `/s/orders/${token}` } as CloudEvent, messages);
    display.event(refused, messages);
    display.event(unsigned, messages);
    display.event(failed, messages);
    display.event({ ...trigger, triggerSource: "PreSignUp_SignUp", outcome: "answered" }, messages);
    display.event(MAIL, messages);
    display.event({ kind: "function-log", at: 0, functionName: "orders", line: token }, messages);
    display.reloadFailed(broken());
    display.reloaded(READY);
    assert.ok(!/eyJ|246802/.test(text.stdout + text.stderr));
    const documents = text.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    return { documents, stderr: text.stderr };
  }

  it("with --json writes its state, each request and each refusal as JSON lines, and no code or token", () => {
    const { documents, stderr } = playAll(true, { json: true });
    assert.deepEqual(
      documents.map(({ event }) => event),
      ["ready", "request", "request", "oauth", "database", "trigger", "reload-failed", "reloaded"],
    );
    assert.deepEqual(documents[0], READY);
    assert.deepEqual(documents[1], {
      event: "request",
      at: "1970-01-01T00:00:00.000Z",
      ...{ apiId: "abc", requestId: "r", stage: "s", method: "GET", path: "/s/orders", status: 401, durationMs: 2.4 },
      ...{ decision: "refused", reason: "Refused by the Cognito authorizer: the token expired" },
    });
    assert.equal(documents[2].path, "/s/orders/[token]");
    assert.deepEqual(documents[5], {
      event: "trigger",
      at: "1970-01-01T00:00:00.000Z",
      ...{ userPoolId: "p", functionName: "greet", durationMs: 3, triggerSource: "CustomMessage_SignUp" },
      ...{ outcome: "failed", reason: "greet does not run here: its code lies in S3" },
    });
    assert.equal(documents[6].error.code, "program_failed");
    assert.equal(stderr, "");
  });

  it("without a terminal writes its state as JSON lines to stdout, and a line for each request and refusal to stderr", () => {
    const { documents, stderr } = playAll(false, {});
    assert.deepEqual(
      documents.map(({ event }) => event),
      ["ready", "reload-failed", "reloaded"],
    );
    const at = "1970-01-01T00:00:00.000Z";
    assert.equal(
      stderr,
      [
        `${at} 401 GET /s/orders (2 ms) — Refused by the Cognito authorizer: the token expired`,
        `${at} 401 GET /s/orders/[token] (2 ms) — Refused by the Cognito authorizer: the token expired`,
        `${at} /oauth2/token: refused — invalid_grant: the code is unknown, expired or used`,
        `${at} DynamoDB PutItem: MissingAuthenticationTokenException — It is not signed.`,
        `${at} CustomMessage_SignUp of greet: failed (3 ms) — greet does not run here: its code lies in S3`,
        "",
      ].join("\n"),
    );
    assert.equal(playAll(false, { quiet: true }).stderr, "");
  });
});
