/** Which target a command speaks to, and what a target may say. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { announce, type Bench, openBench } from "./support/cli.ts";
import { startFakeCognito } from "./support/fake-cognito.ts";

describe("targets", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const write = (name: string, value: unknown) =>
    writeFileSync(join(bench.directory, name), typeof value === "string" ? value : JSON.stringify(value));
  const outputs = () => ({ ...(bench.fake.cloud.outputs as Record<string, unknown>) });
  const labelOf = async (args: string[] = [], options: { env?: Record<string, string>; cwd?: string } = {}) => {
    const { stdout, stderr } = await bench.here(["config", "--json", ...args], options);
    return JSON.parse(stdout).target ?? JSON.parse(stderr).error.code;
  };

  /** A `pulumi` that prints outputs and counts how often it was asked. */
  function installPulumi(stacks: Record<string, unknown>): () => string[] {
    const bin = join(bench.directory, "..", "bin");
    const log = join(bench.directory, "..", "pulumi.log");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "stacks.json"), JSON.stringify(stacks));
    writeFileSync(
      join(bin, "pulumi"),
      `#!${process.execPath}
const { appendFileSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, args.join(" ") + "\\n");
const stacks = JSON.parse(readFileSync(${JSON.stringify(join(bin, "stacks.json"))}, "utf8"));
{
  const name = args[args.indexOf("--stack") + 1];
  if (stacks[name]) console.log(JSON.stringify(stacks[name]));
  else { console.error("error: no stack named '" + name + "' found"); process.exitCode = 255; }
}
`,
    );
    chmodSync(join(bin, "pulumi"), 0o755);
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    return () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  }

  it("takes the only running local cloud, and says so on stderr", async () => {
    equal(await labelOf(), "local fake/dev");
    const { stderr } = await bench.here(["use", "local"]);
    match(stderr, /speak to local now/);
  });

  it("takes the local cloud whose project holds the working directory, when several run", async () => {
    const other = await startFakeCognito({ callbackUrls: [] });
    try {
      (bench.fake.cloud.project as { directory: string }).directory = join(bench.directory, "elsewhere");
      announce(bench.home, bench.fake);
      other.cloud.project = { name: "shop", stack: "dev", directory: bench.directory };
      announce(bench.home, other, "other");
      const inner = join(bench.directory, "src", "deep");
      mkdirSync(inner, { recursive: true });
      equal(await labelOf([], { cwd: inner }), "local shop/dev");
      const outside = await bench.here(["status"], { cwd: join(bench.directory, "..") });
      equal(outside.code, 3);
      match(outside.stderr, /Several local clouds are running: .*shop\/dev.*fake\/dev|fake\/dev.*shop\/dev/);
    } finally {
      await other.close();
    }
  });

  describe("in a project's folder", () => {
    const runsElsewhere = (project: { name: string; stack: string }) => {
      const directory = join(bench.directory, "..", project.name);
      mkdirSync(directory, { recursive: true });
      bench.fake.cloud.project = { ...project, directory };
      announce(bench.home, bench.fake);
      write("Pulumi.yaml", "name: here\nruntime: nodejs\n");
      return directory;
    };
    const commands: string[][] = [
      ["login", "--no-browser"],
      ["call", "/transactions"],
      ["token"],
      ["status"],
      ["whoami"],
      ["exec", "--", "true"],
      ["logs"],
      ["config"],
      ["status", "--target", "local"],
      ["status", "--target", "local:dev"],
    ];
    for (const args of commands) {
      it(`does not take another project's cloud by itself: ${args.join(" ")}`, async () => {
        const directory = runsElsewhere({ name: "shop", stack: "dev" });
        const { code, stdout, stderr } = await bench.here(args);
        equal(code, 3);
        // It shows what there is without a target, too.
        if (args[0] === "config")
          match(stdout, /^target {8}none can be used\nstorage .*\nuserFile .*\nsessionFolder .*\n$/);
        else equal(stdout, "");
        equal(
          stderr,
          [
            `✗ No local cloud${args.includes("local:dev") ? ' called "dev"' : ""} of ${bench.directory} is running; there is shop/dev (${directory}, pid ${process.pid}).`,
            "  → Start one here: demo-auth local",
            "  → Or speak to that one on purpose: --target local:shop/dev",
            "",
          ].join("\n"),
        );
        deepEqual(bench.fake.requests, [], "nothing is asked of the other project's cloud");
      });
    }

    it("takes another project's cloud by its full name or its process, and remembers it with use", async () => {
      runsElsewhere({ name: "shop", stack: "dev" });
      equal(await labelOf(["--target", "local:shop/dev"]), "local shop/dev");
      equal(await labelOf(["--target", `local:${process.pid}`]), "local shop/dev");
      equal((await bench.here(["use", "local:shop/dev"])).code, 0);
      equal(await labelOf(), "local shop/dev");
    });

    it("means this project's cloud by `use local`, whatever runs beside it", async () => {
      runsElsewhere({ name: "shop", stack: "dev" });
      equal((await bench.here(["use", "local"])).code, 0);
      equal(await labelOf(), "target_not_found");
    });

    it("names the processes where several clouds have the same name", async () => {
      runsElsewhere({ name: "shop", stack: "dev" });
      announce(bench.home, bench.fake, "other", process.ppid);
      const { stderr } = await bench.here(["status"]);
      match(stderr, /there are shop\/dev \(.*\), shop\/dev \(.*\)\.\n/);
      match(stderr, /Or speak to one of those on purpose: --target local:\d+\n/);
    });

    it("takes the project's own cloud through a symbolic link, and the innermost project's only", async () => {
      runsElsewhere({ name: "shop", stack: "dev" });
      const link = join(bench.directory, "..", "link");
      symlinkSync(bench.directory, link);
      bench.fake.cloud.project = { name: "here", stack: "dev", directory: link };
      announce(bench.home, bench.fake);
      equal(await labelOf(), "local here/dev");
      const inner = join(bench.directory, "inner");
      mkdirSync(inner);
      writeFileSync(join(inner, "Pulumi.yaml"), "name: inner\nruntime: nodejs\n");
      equal(await labelOf([], { cwd: inner }), "target_not_found");
    });

    it("reads the project's own deployed stack rather than another project's cloud", async () => {
      installPulumi({ staging: outputs() });
      runsElsewhere({ name: "shop", stack: "dev" });
      equal(await labelOf([], { env: { PULUMI_STACK: "staging" } }), "stack staging");
    });

    it("completes no path of another project's API, and offers its cloud by the name that reaches it", async () => {
      runsElsewhere({ name: "shop", stack: "dev" });
      const file = join(bench.home, "local", "running", "running.json");
      const routes = [{ method: "GET", path: "/transactions" }];
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), routes }), { mode: 0o600 });
      const offered = async (...words: string[]) => (await bench.here(["__complete", ...words])).stdout;
      equal(await offered("paths", "--"), "");
      equal(await offered("paths", "--", "--target", "local:shop/dev"), "/transactions\n");
      equal(await offered("targets", "--"), "local\nlocal:shop/dev\n");
    });
  });

  it("tells several stacks of one project apart by name, and by process", async () => {
    const other = await startFakeCognito({ callbackUrls: [] });
    try {
      bench.fake.cloud.project = { name: "shop", stack: "dev", directory: bench.directory };
      announce(bench.home, bench.fake);
      other.cloud.project = { name: "shop", stack: "prod", directory: bench.directory };
      announce(bench.home, other, "other", process.ppid);
      const undecided = await bench.here(["status"]);
      equal(undecided.code, 3);
      match(undecided.stderr, /→ Choose one: --target local:shop\/(dev|prod) or --target local:shop\/(dev|prod)\n/);
      equal(await labelOf(["--target", "local:prod"]), "local shop/prod");
      equal(await labelOf(["--target", "local:shop/dev"]), "local shop/dev");
      equal(await labelOf(["--target", `local:${process.ppid}`]), "local shop/prod");
      equal(await labelOf([], { env: { DEMO_AUTH_TARGET: "local:dev" } }), "local shop/dev");
      const unknown = await bench.here(["status", "--target", "local:test"]);
      match(unknown.stderr, /No local cloud is called "test"; there are: .*shop\/prod/);
      await bench.here(["use", "local:prod"]);
      equal(await labelOf(), "local shop/prod");
    } finally {
      await other.close();
    }
  });

  it("ignores and removes the run file of a cloud that died", async () => {
    announce(bench.home, bench.fake, "dead", 999_999_999);
    equal(await labelOf(), "local fake/dev");
    ok(!existsSync(join(bench.home, "local", "running", "dead.json")));
  });

  it("does not take a process for a cloud that was killed and whose number it has now", async () => {
    const gone = await startFakeCognito({ callbackUrls: [] });
    gone.cloud.project = { name: "fake", stack: "dev", directory: bench.directory };
    announce(bench.home, gone, "killed");
    await gone.close();
    equal(await labelOf(), "local fake/dev", "the one that runs");
    rmSync(join(bench.home, "local", "running", "running.json"));
    for (const command of [["status"], ["logs"], ["call", "/x"]]) {
      const { code, stderr } = await bench.here(command);
      equal(code, 3);
      match(stderr, /no local cloud is running/, command[0]);
    }
    ok(
      existsSync(join(bench.home, "local", "running", "killed.json")),
      "it may be asked from where it cannot be reached",
    );
  });

  it("says that a living cloud's run file is damaged, instead of that no cloud runs", async () => {
    const file = join(bench.home, "local", "running", `${process.pid}.json`);
    writeFileSync(file, '{"pid":', { mode: 0o600 });
    const { code, stderr } = await bench.here(["status"]);
    equal(code, 3);
    match(
      stderr,
      new RegExp(`${process.pid}\\.json is damaged: the local cloud of process ${process.pid} cannot be found`),
    );
    ok(existsSync(file), "it is left for whoever looks into it");
  });

  it("does not believe a run file that points to another machine", async () => {
    const file = join(bench.home, "local", "running", "running.json");
    const cloud = {
      pid: process.pid,
      console: "https://evil.example",
      project: { name: "a", stack: "b", directory: "/" },
    };
    writeFileSync(file, JSON.stringify(cloud));
    equal(await labelOf(), "configuration_missing");
  });

  it("says which app clients there are when a foreign program has several and no outputs", async () => {
    const pool = (bench.fake.cloud.userPools as { clients: object[] }[])[0]!;
    const long = `a-name-${"long-".repeat(20)}client`;
    pool.clients.push(
      { ...pool.clients[0], name: "Second", id: "second" },
      { ...pool.clients[0], name: long, id: "l" },
    );
    bench.fake.cloud.outputs = {};
    const { code, stderr } = await bench.here(["status"]);
    equal(code, 3);
    match(
      stderr,
      /several app clients; there are: DemoClient \(client\w+\), Second \(second\), a-name-\S+-client \(l\).\n.*--client NAME/,
    );
    ok(stderr.includes(long), "a name can be pasted whole");
    const chosen = JSON.parse((await bench.here(["config", "--json", "--client", "Second"])).stdout);
    equal(chosen.values.clientId.value, "second");
  });

  it("takes clients and APIs by their names in the program, where Pulumi has added digits of its own", async () => {
    const [pool] = bench.fake.cloud.userPools as { clients: object[] }[];
    const [client] = pool!.clients;
    pool!.clients = ["web-1a2b3c4", "web-admin-1a2b3c4"].map((name, at) => ({ ...client, name, id: `id${at}` }));
    const [api] = bench.fake.cloud.apis as { stages: object[] }[];
    bench.fake.cloud.apis = ["orders-0a1b2c3", "orders"].map((name, at) => ({ ...api, name, id: `api${at}` }));
    bench.fake.cloud.outputs = {};
    const chosen = async (...args: string[]) => {
      const { stdout, stderr } = await bench.here(["config", "--json", ...args]);
      return stdout === "" ? stderr : JSON.parse(stdout).values.clientId?.value;
    };
    equal(await chosen("--client", "web", "--api", "orders-0a1b2c3"), "id0");
    equal(await chosen("--client", "web-admin", "--api", "orders"), "id1", "an API that is called just so goes first");
    equal(await chosen("--client", "id1", "--api", "orders/Test"), "id1");
    match(
      (await bench.here(["config", "--client", "we", "--api", "orders"])).stderr,
      /No app client has that name or id/,
    );
  });

  it("takes an app client that signs people in without pages where a foreign program has no other", async () => {
    const pool = (bench.fake.cloud.userPools as { hostedUi?: string; clients: object[] }[])[0]!;
    const [client] = pool.clients as { id: string }[];
    delete pool.hostedUi;
    bench.fake.hostedUi = "";
    pool.clients = [
      { ...client, flows: [] },
      { ...client, name: "Robot", id: "robot", flows: ["client_credentials"] },
    ];
    bench.fake.cloud.outputs = {};
    const chosen = JSON.parse((await bench.here(["config", "--json"])).stdout);
    equal(chosen.values.clientId.value, client!.id);
    const { code, stderr } = await bench.here(["login"]);
    equal(code, 3);
    match(
      stderr,
      /✗ The user pool has no domain, so it has no sign-in pages\.\n(?: {2}→ .*\n)* {2}→ .*demo-auth login --as NAME\n/,
    );
  });

  it("says that a local cloud's program has nobody to sign in, and how to call its API", async () => {
    bench.fake.cloud.outputs = {};
    bench.fake.cloud.userPools = [];
    const { code, stderr } = await bench.here(["call", "/transactions"]);
    equal(code, 3);
    match(stderr, /✗ The program of local fake\/dev has no app client that people sign in with\.\n/);
    match(stderr, /→ Declare one \(aws\.cognito\.UserPoolClient\), or call the API without us: curl http:\S+\n/);
  });

  it("works with a foreign program that has no outputs of ours when nothing is ambiguous", async () => {
    bench.fake.cloud.outputs = { unrelated: 1 };
    await bench.signIn();
    equal((await bench.here(["call", "/transactions"])).code, 0);
  });

  it("reads a Pulumi stack's outputs once, and again when told that the world changed", async () => {
    const calls = installPulumi({ dev: outputs() });
    const env = { DEMO_AUTH_TARGET: "dev" };
    equal(await labelOf([], { env }), "stack dev");
    equal(await labelOf([], { env }), "stack dev");
    deepEqual(calls(), ["stack output --json --stack dev --non-interactive"]);
    equal((await bench.here(["use", "dev"])).code, 0);
    equal(calls().length, 2);
  });

  it("says of a stack's outputs when they were read, so that an old address is seen as one", async () => {
    installPulumi({ dev: outputs() });
    const sourceOf = async () =>
      JSON.parse((await bench.here(["config", "--json"], { env: { DEMO_AUTH_TARGET: "dev" } })).stdout).values.apiUrl
        .source;
    equal(await sourceOf(), "outputs of stack dev");
    const cache = join(bench.home, "cache");
    const [file] = readdirSync(cache).map((name) => join(cache, name));
    const kept = JSON.parse(readFileSync(file!, "utf8"));
    writeFileSync(file!, JSON.stringify({ ...kept, readAt: Date.now() - 49 * 3_600_000 }));
    equal(await sourceOf(), "outputs of stack dev, read 2 days ago");
  });

  it("takes the stack that is selected in Pulumi's own workspace file when nothing is running and nothing is chosen", async () => {
    const calls = installPulumi({ staging: outputs() });
    const env = { DEMO_AUTH_HOME: join(bench.home, "..", "other-home"), PULUMI_HOME: join(bench.home, "pulumi") };
    equal(await labelOf([], { env }), "target_not_found");
    deepEqual(calls(), [], "Pulumi is not asked which stack is selected");
    const id = createHash("sha1").update(join(bench.directory, "Pulumi.yaml")).digest("hex");
    mkdirSync(join(env.PULUMI_HOME, "workspaces"), { recursive: true });
    writeFileSync(join(env.PULUMI_HOME, "workspaces", `shop-${id}-workspace.json`), '{"stack":"staging"}');
    equal(await labelOf([], { env }), "stack staging");
    deepEqual(calls(), ["stack output --json --stack staging --non-interactive"]);
    equal(await labelOf([], { env: { ...env, PULUMI_STACK: "staging" } }), "stack staging");
  });

  it("calls the new API when the stack was replaced since its outputs were read", async () => {
    const stale = { ...outputs(), apiUrl: `${new URL(bench.fake.apiUrl).origin}/Old` };
    installPulumi({ dev: stale });
    const env = { DEMO_AUTH_TARGET: "dev" };
    await bench.signIn(["--target", "dev"]);
    writeFileSync(join(bench.directory, "..", "bin", "stacks.json"), JSON.stringify({ dev: outputs() }));
    const { code, stderr } = await bench.here(["call", "/transactions"], { env });
    equal(code, 0, stderr);
    match(stderr, /The stack has changed; calling http:.*\/Test/);
  });

  it("says what Pulumi said when it fails, and that a stack is not deployed", async () => {
    installPulumi({ empty: {} });
    const missing = await bench.here(["status", "--target", "prod"]);
    equal(missing.code, 3);
    match(missing.stderr, /pulumi stack output failed: error: no stack named 'prod' found/);
    const empty = await bench.here(["status", "--target", "empty"]);
    equal(empty.code, 3);
    match(empty.stderr, /no outputs to sign in with.*\n.*pulumi up/);
  });

  it("says how to go on when there is no Pulumi", async () => {
    write("Pulumi.yaml", "name: shop\n");
    const { code, stderr } = await bench.here(["status", "--target", "dev"], {
      env: { PATH: "/nonexistent", PULUMI_HOME: "/nonexistent" },
    });
    equal(code, 3);
    match(stderr, /Stack dev cannot be read: no Pulumi engine is installed\..*\n.*npx pulumi version/);
  });

  it("works with any Cognito pool and API through demo-auth.json, with no Pulumi at all", async () => {
    write("demo-auth.json", { ...outputs(), $schema: "x" });
    await bench.signIn(["--target", "file"]);
    equal(await labelOf(), join(bench.directory, "demo-auth.json"));
    equal((await bench.here(["call", "/transactions"])).code, 0);
  });

  it("works with any Cognito pool and API through DEMO_AUTH_ variables", async () => {
    const { fake, ports } = bench;
    const env = {
      DEMO_AUTH_ISSUER: fake.issuer,
      DEMO_AUTH_CLIENT_ID: fake.clientId,
      DEMO_AUTH_API_URL: fake.apiUrl,
      DEMO_AUTH_PORTS: String(ports[0]),
      DEMO_AUTH_FLOW: "implicit",
    };
    const running = bench.start(["login", "--no-browser"], { env });
    const { browse } = await import("./support/cli.ts");
    equal((await browse(await running.line(/^http/))).status, 200);
    equal((await running.finished).code, 0);
    const { code, stderr } = await bench.here(["call", "/transactions"], { env });
    equal(code, 0);
    match(stderr, /Target: the environment/);
  });

  it("takes sources in order: --target, environment, use, project file, local cloud", async () => {
    installPulumi({ dev: outputs(), prod: outputs() });
    bench.fake.cloud.project = { name: "fake", stack: "dev", directory: bench.directory };
    announce(bench.home, bench.fake);
    equal(await labelOf(), "local fake/dev");
    write("demo-auth.json", outputs());
    const file = join(bench.directory, "demo-auth.json");
    equal(await labelOf(), file);
    equal((await bench.here(["use", "dev"])).code, 0);
    equal((await bench.here(["use"])).stdout, "dev\n");
    equal(await labelOf(), "stack dev");
    equal(await labelOf([], { env: { DEMO_AUTH_TARGET: "prod" } }), "stack prod");
    equal(await labelOf(["--target", "local"], { env: { DEMO_AUTH_TARGET: "prod" } }), "local fake/dev");
    equal((await bench.here(["use", "--clear"])).code, 0);
    equal(await labelOf(), file);
  });

  it("advises commands for the same target as the one that failed", async () => {
    installPulumi({ prod: outputs() });
    const { stderr } = await bench.here(["status", "--target", "prod"]);
    match(stderr, /→ demo-auth login --target prod\n/);
    match((await bench.signIn(["--target", "prod"])).stderr, /Next: demo-auth call --target prod \/transactions/);
  });

  it("does not remember a target that does not exist", async () => {
    installPulumi({ dev: outputs() });
    equal((await bench.here(["use", "typo"])).code, 3);
    deepEqual(JSON.parse((await bench.here(["use", "--json"])).stdout), { target: null });
  });

  it("lets single DEMO_AUTH_ variables override a target, except one that --target names", async () => {
    const env = { DEMO_AUTH_API_URL: "https://api.example/v1/" };
    const overridden = JSON.parse((await bench.here(["config", "--json"], { env })).stdout).values.apiUrl;
    deepEqual(overridden, { value: "https://api.example/v1", source: "DEMO_AUTH_ variables" });
    const named = JSON.parse((await bench.here(["config", "--json", "--target", "local"], { env })).stdout).values
      .apiUrl;
    equal(named.value, bench.fake.apiUrl);
  });

  it("reads profiles of the user's own file", async () => {
    write("mine.json", { storage: "none", profiles: { work: outputs() } });
    const config = ["--config", "mine.json"];
    const { target, values } = JSON.parse((await bench.here(["config", "--json", "-p", "work", ...config])).stdout);
    deepEqual([target, values.storage.value], ["profile work", "none"]);
    const unknown = await bench.here(["status", "-p", "home", ...config]);
    equal(unknown.code, 3);
    match(unknown.stderr, /no profile "home".*\n.*There are: --profile work/);
  });

  it("keeps nothing with storage none", async () => {
    await bench.signIn(["--storage", "none"]);
    equal((await bench.here(["status"])).code, 4);
  });

  it("shows a cloned repository's other API no session, and sends it no token", async () => {
    await bench.signIn();
    const evil = await startFakeCognito({ callbackUrls: [] });
    try {
      write("demo-auth.json", { ...outputs(), apiUrl: evil.apiUrl });
      const { code, stderr } = await bench.here(["call", "/transactions"]);
      equal(code, 4);
      match(stderr, /not signed in to this target/);
      deepEqual(evil.requests, []);
    } finally {
      await evil.close();
    }
  });

  const refused: [what: string, change: Record<string, unknown>, message: RegExp][] = [
    ["an http API of another machine", { apiUrl: "http://api.example/Test" }, /"apiUrl" must be https/],
    [
      "an issuer that is not Cognito's",
      { issuer: "https://evil.example/us-east-1_AbCdEfGhI" },
      /"issuer" is not a Cognito/,
    ],
    [
      "an issuer that only begins like Cognito's",
      { issuer: "https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_AbCdEfGhI" },
      /"issuer" is not a Cognito/,
    ],
    [
      "an issuer of another pool than userPoolId",
      { userPoolId: "us-east-1_Other0001" },
      /"issuer" belongs to another user pool/,
    ],
    ["a hosted UI over http", { hostedUiUrl: "http://login.example" }, /"hostedUiUrl" must be https/],
    ["an address with a password in it", { apiUrl: "https://user:secret@api.example" }, /must not carry a user name/],
    ["a flow that does not exist", { flow: "password" }, /"flow" must be implicit or code/],
    ["scopes that are no list", { scopes: "openid" }, /"scopes" must be a list of strings/],
    ["routes that are none", { routes: [1] }, /"routes" must hold objects such as/],
    ["a missing client id", { clientId: undefined }, /does not say clientId/],
  ];
  for (const [what, change, message] of refused) {
    it(`refuses a project file with ${what}, naming the key`, async () => {
      write("demo-auth.json", { ...outputs(), ...change });
      const { code, stderr } = await bench.here(["status"]);
      equal(code, 3);
      match(stderr, message);
    });
  }

  it("refuses a project file that is not JSON, and leaves it alone", async () => {
    write("demo-auth.json", "{ oops");
    const { code, stderr } = await bench.here(["status"]);
    equal(code, 3);
    match(stderr, /is not JSON/);
    equal(readFileSync(join(bench.directory, "demo-auth.json"), "utf8"), "{ oops");
  });

  it("warns of keys that mean nothing", async () => {
    write("demo-auth.json", { ...outputs(), clientID: "x" });
    match((await bench.here(["config"])).stderr, /"clientID" is not a setting and is ignored/);
  });

  it("says how to mend a damaged memory of choices, and keeps it", async () => {
    writeFileSync(join(bench.home, "targets.json"), "{", { mode: 0o600 });
    const { code, stderr } = await bench.here(["status"]);
    equal(code, 7);
    match(stderr, /targets\.json is damaged/);
  });

  it("does not follow a state folder's run file through a symbolic link", async () => {
    const file = join(bench.home, "local", "running", "running.json");
    writeFileSync(join(bench.directory, "planted.json"), readFileSync(file));
    const { unlinkSync } = await import("node:fs");
    unlinkSync(file);
    symlinkSync(join(bench.directory, "planted.json"), file);
    equal(await labelOf(), "configuration_missing");
  });

  it("asks the issuer for its domain when the configuration does not say", async () => {
    const { hostedUiUrl: _, ...rest } = outputs();
    write("demo-auth.json", rest);
    const { stderr } = await bench.signIn();
    match(stderr, new RegExp(bench.fake.hostedUi));
  });

  it("places its state where the platform expects it", async () => {
    const { stateHome, userConfigFile } = await import("../../cli/shared/state-home.ts");
    const from = {
      env: {},
      platform: "linux" as NodeJS.Platform,
      homeDirectory: "/home/ada",
      workingDirectory: "/work",
    };
    equal(stateHome(from), "/home/ada/.local/state/demo-auth");
    equal(stateHome({ ...from, env: { XDG_STATE_HOME: "/state" } }), "/state/demo-auth");
    equal(stateHome({ ...from, env: { XDG_STATE_HOME: "relative" } }), "/home/ada/.local/state/demo-auth");
    equal(stateHome({ ...from, env: { DEMO_AUTH_HOME: "here" } }), "/work/here");
    equal(stateHome({ ...from, platform: "darwin" }), "/home/ada/Library/Application Support/demo-auth");
    equal(userConfigFile({ ...from, env: { XDG_CONFIG_HOME: "/config" } }), "/config/demo-auth/config.json");
  });

  it("does not place it in the working directory where HOME is empty", async () => {
    const nowhere = { HOME: "", DEMO_AUTH_HOME: undefined, XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: undefined };
    const { stdout } = await bench.run(["config", "--json"], { env: nowhere });
    const { sessionFolder, userFile } = JSON.parse(stdout).values;
    const { homedir } = userInfo();
    equal(sessionFolder.value, join(homedir, ".local/state/demo-auth/credentials"));
    equal(userFile.value, join(homedir, ".config/demo-auth/config.json"));
  });

  it("stops a chain of configuration that names an unknown user file", async () => {
    const { code, stderr } = await bench.here(["status", "--config", "nowhere.json"]);
    equal(code, 3);
    match(stderr, /There is no .*nowhere\.json/);
  });

  it("parses no more ports than there are", async () => {
    const { environmentSettings } = await import("../../cli/targets/configuration.ts");
    await rejects(async () => environmentSettings({ DEMO_AUTH_PORTS: "70000" }), { code: "configuration_invalid" });
  });
});
