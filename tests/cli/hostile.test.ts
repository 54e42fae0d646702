/** Attacks: folders that somebody else made, files that are not what they seem, names that lie, and races. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { withLock } from "../../cli/sessions/lock.ts";
import { SessionStore } from "../../cli/sessions/store.ts";
import { isForeign } from "../../cli/shared/ownership.ts";
import { reservePrivateFile } from "../../cli/shared/private-files.ts";
import { caseCorrectedPath, findRoute } from "../../cli/targets/target.ts";
import { launchChromium } from "../support/chromium.ts";
import { type Bench, browse, openBench } from "./support/cli.ts";
import { type FakeCognito, startFakeCognito } from "./support/fake-cognito.ts";
import { testWorld } from "./support/world.ts";

describe("a hostile folder", function () {
  this.timeout(60_000);
  let bench: Bench;
  let thief: FakeCognito;
  beforeEach(async () => {
    bench = await openBench({ flow: "code" });
    thief = await startFakeCognito({ callbackUrls: [] });
  });
  afterEach(async () => {
    await bench.close();
    await thief.close();
  });

  const write = (name: string, value: unknown) =>
    writeFileSync(join(bench.directory, name), typeof value === "string" ? value : JSON.stringify(value));
  const outputs = () => ({ ...(bench.fake.cloud.outputs as Record<string, unknown>) });
  const credentials = () => {
    const folder = join(bench.home, "credentials");
    return join(folder, readdirSync(folder).find((name) => /^[0-9a-f]{40}\.json$/.test(name))!);
  };
  const change = (edit: (envelope: { schemaVersion: number; session: Record<string, unknown> }) => void) => {
    const envelope = JSON.parse(readFileSync(credentials(), "utf8"));
    edit(envelope);
    writeFileSync(credentials(), JSON.stringify(envelope));
  };

  describe("with a foreign hosted UI", () => {
    it("opens no sign-in there, in a real browser neither: the issuer's own document decides", async () => {
      write("demo-auth.json", { ...outputs(), hostedUiUrl: thief.hostedUi });
      const running = bench.start(["login", "--no-browser"]);
      const { code, stdout, stderr } = await running.finished;
      equal(code, 3);
      equal(stdout, "");
      match(stderr, /is not where this user pool signs people in; its issuer says http/);
      ok(!/^http/m.test(stderr), "no address to sign in at is shown");
      deepEqual(thief.requests, [], "neither code nor verifier arrives");

      // The same folder with the right pages works in the same browser.
      write("demo-auth.json", outputs());
      const browser = await launchChromium();
      try {
        const again = bench.start(["login", "--no-browser"]);
        const page = await browser.newPage();
        await page.goto(await again.line(/^http/));
        await page.getByRole("heading", { name: "You are signed in" }).waitFor();
        equal((await again.finished).code, 0);
      } finally {
        await browser.close();
      }
    });

    it("sees no session of the right pages, and refuses to end the browser's session there", async () => {
      await bench.signIn();
      write("demo-auth.json", { ...outputs(), hostedUiUrl: thief.hostedUi });
      equal((await bench.here(["call", "/transactions"])).code, 4);
      equal((await bench.here(["logout", "--browser", "true"])).code, 3);
      equal((await bench.here(["doctor"])).code, 7);
      deepEqual(thief.requests, []);
    });

    it("gets no refresh token of a session that an earlier version made through it", async () => {
      await bench.signIn();
      change((envelope) => {
        envelope.schemaVersion = 1;
        Object.assign(envelope.session, { hostedUi: thief.hostedUi, idExpiresAt: 1, accessExpiresAt: 1 });
      });
      write("demo-auth.json", { ...outputs(), hostedUiUrl: thief.hostedUi });
      const { code, stderr } = await bench.here(["token"]);
      equal(code, 4);
      match(stderr, /was made through http.*, which is not its user pool's/);
      // Signing out revokes at the pool's own pages.
      match((await bench.here(["logout"])).stderr, /the refresh token is revoked/);
      equal(bench.fake.validRefreshTokens.size, 0);
      deepEqual(thief.requests, []);
    });

    it("moves an earlier version's honest session to the new form by renewing it", async () => {
      await bench.signIn();
      change((envelope) => {
        envelope.schemaVersion = 1;
        Object.assign(envelope.session, { idExpiresAt: 1, accessExpiresAt: 1 });
      });
      equal((await bench.here(["call", "/transactions"])).code, 0);
      const { schemaVersion, binding } = JSON.parse(readFileSync(credentials(), "utf8"));
      deepEqual([schemaVersion, binding.hostedUi], [2, bench.fake.hostedUi]);
    });
  });

  describe("of another user", () => {
    const nobody = 65_534;
    const asRoot = process.getuid?.() === 0;
    const shadow = { DEMO_AUTH_HOME: "", PULUMI_HOME: "/nonexistent" };
    beforeEach(() => {
      shadow.DEMO_AUTH_HOME = join(bench.home, "..", "other-home");
    });

    it("has a demo-auth.json that is not used, and says how to trust it", async function () {
      if (!asRoot) this.skip();
      write("demo-auth.json", { ...outputs(), apiUrl: thief.apiUrl });
      chownSync(join(bench.directory, "demo-auth.json"), nobody, nobody);
      const { code, stderr } = await bench.here(["status"], { env: shadow });
      equal(code, 3);
      match(stderr, /demo-auth\.json or its folder belongs to another user, so it is not used/);
      match(stderr, new RegExp(`DEMO_AUTH_SAFE_DIRECTORY=${bench.directory}`));
      const trusting = { ...shadow, DEMO_AUTH_SAFE_DIRECTORY: bench.directory };
      equal((await bench.here(["status"], { env: trusting })).code, 4);
    });

    it("has a Pulumi.yaml that is no project", async function () {
      if (!asRoot) this.skip();
      write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
      chownSync(bench.directory, nobody, nobody);
      const { stderr } = await bench.here(["status"], { env: { ...shadow, PULUMI_STACK: "dev" } });
      match(stderr, /Pulumi\.yaml or its folder belongs to another user/);
      match(stderr, /There is nothing to talk to.*\n.*init my-api/);
    });

    it("is told from one's own also through a symbolic link, and under sudo", () => {
      const file = join(bench.directory, "own");
      write("own", "");
      // A link of one's own that leads to what another user owns.
      let foreign = "/etc/passwd";
      if (process.getuid?.() === 0) {
        foreign = join(bench.directory, "foreign");
        write("foreign", "");
        chownSync(foreign, nobody, nobody);
      }
      symlinkSync(foreign, join(bench.directory, "link"));
      const me = process.getuid?.() ?? 0;
      const world = { env: {}, workingDirectory: "/", userId: me };
      equal(isForeign(world, file), false);
      equal(isForeign(world, join(bench.directory, "link")), true);
      equal(isForeign({ ...world, userId: me + 1 }, file), true);
      equal(isForeign({ ...world, userId: 0, env: { SUDO_UID: String(me) } }, file), false);
      equal(isForeign({ ...world, userId: me + 1, env: { DEMO_AUTH_SAFE_DIRECTORY: bench.directory } }, file), false);
      equal(isForeign({ ...world, userId: undefined }, file), false);
    });
  });

  it("names an issuer whose answers do not end, of which no more is read than an answer may have", async () => {
    const chunk = Buffer.alloc(1 << 20);
    let answers = 0;
    let sent = 0;
    const endless = createServer((_request, answer) => {
      answers += 1;
      const more = () => {
        for (let isTaken = true; isTaken && !answer.destroyed; sent += chunk.length) isTaken = answer.write(chunk);
      };
      answer.on("drain", more);
      more();
    }).listen(0, "127.0.0.1");
    await once(endless, "listening");
    const origin = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    const env = {
      DEMO_AUTH_ISSUER: `${origin}/us-east-1_Ab1Cd2Ef3`,
      DEMO_AUTH_CLIENT_ID: "client",
      DEMO_AUTH_DOMAIN: origin,
    };
    try {
      const { code, stdout } = await bench.here(["doctor"], { env });
      equal(code, 7);
      for (const check of ["user pool keys", "clock", "hosted UI"])
        match(stdout, new RegExp(`✗ ${check}.* has more than the 1048576 bytes that are read of it`));
      ok(sent < answers * (16 << 20), `${sent} bytes in ${answers} answers`);
    } finally {
      endless.closeAllConnections();
      endless.close();
    }
  });

  it("brings programs that no command runs which only reads", async () => {
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    const bin = join(bench.directory, "node_modules", ".bin");
    mkdirSync(bin, { recursive: true });
    for (const name of ["pulumi", "aws", "demo-auth", "git", "node"]) {
      writeFileSync(join(bin, name), `#!/bin/sh\ntouch ${join(bench.directory, "it-ran")}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    // npx puts that folder first.
    const env = {
      PATH: `${bin}:${bench.env.PATH}`,
      DEMO_AUTH_HOME: join(bench.home, "..", "other-home"),
      PULUMI_HOME: "/nonexistent",
      PULUMI_STACK: "dev",
    };
    for (const command of [
      ["status"],
      ["login"],
      ["call", "/x"],
      ["config"],
      ["doctor"],
      ["logout"],
      ["token"],
      ["use"],
    ])
      await bench.run(command, { env });
    ok(!existsSync(join(bench.directory, "it-ran")));
  });
});

describe("text from a file or from the wire", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const evil = "\u001b[2K\u001b[1A\u0007\u009b2J\u202eevil\u2066\u200b\u2028";
  const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;
  const outputs = () => ({ ...(bench.fake.cloud.outputs as Record<string, unknown>) });
  const commands = [
    ["status"],
    ["config"],
    ["config", "--json"],
    ["doctor"],
    ["login", "--timeout", "1s"],
    ["call", "/x"],
  ];

  async function steersNothing(args: string[], options: Parameters<Bench["here"]>[1] = {}) {
    const { stdout, stderr } = await bench.here(args, options);
    ok(!steering.test(stdout), `${args}: ${JSON.stringify(stdout)}`);
    ok(!steering.test(stderr), `${args}: ${JSON.stringify(stderr)}`);
    return stderr;
  }

  for (const key of ["apiUrl", "issuer", "hostedUiUrl", "clientId", "scopes", "callbackUrls", "logoutUrls", "routes"]) {
    it(`cannot hide where the token goes: ${key}`, async () => {
      const before = outputs()[key];
      const value = Array.isArray(before) ? [`http://127.0.0.1:1/${evil}`] : `${before}${evil}`;
      const routes = [{ method: "GET", path: `/${evil}`, scopes: [evil] }];
      const settings = { ...outputs(), [key]: key === "routes" ? routes : value };
      writeFileSync(join(bench.directory, "demo-auth.json"), JSON.stringify(settings));
      for (const command of commands) await steersNothing(command);
    });
  }

  it("cannot hide where the token goes: a folder's name, or a name of the local cloud", async () => {
    const folder = join(bench.directory, `a${evil.replace("\u2028", "\n✓ Target: good")}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "demo-auth.json"), JSON.stringify(outputs()));
    for (const command of commands) {
      const stderr = await steersNothing(command, { cwd: folder });
      ok(!/^✓ Target: good/m.test(stderr), "no line of its own");
    }
    writeFileSync(join(folder, "demo-auth.json"), "{");
    ok(!/^✓ Target: good/m.test(await steersNothing(["status"], { cwd: folder })));
  });

  it("cannot hide where the token goes: whatever the local cloud says of itself", async () => {
    const { cloud } = bench.fake;
    for (const part of [cloud.userPools, cloud.apis, cloud.project] as Record<string, unknown>[]) {
      for (const one of [part].flat()) one!.name = evil;
    }
    cloud.outputs = { ...outputs(), apiUrl: `${bench.fake.apiUrl}/${evil}` };
    for (const command of commands) await steersNothing(command);
  });

  it("is shown as the address that is called, not as it was written", async () => {
    const api = new URL(bench.fake.apiUrl);
    const written = `HTTP://127.0.0.1:${api.port}/a/../Test/\t`;
    writeFileSync(join(bench.directory, "demo-auth.json"), JSON.stringify({ ...outputs(), apiUrl: written }));
    const { values } = JSON.parse((await bench.here(["config", "--json"])).stdout);
    equal(values.apiUrl.value, bench.fake.apiUrl);
  });
});

describe("races between sign-out and renewal", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench({ flow: "code" });
    await bench.signIn();
  });
  afterEach(() => bench.close());

  const files = () => readdirSync(join(bench.home, "credentials"));
  const expire = () => {
    const file = join(bench.home, "credentials", files()[0]!);
    const envelope = JSON.parse(readFileSync(file, "utf8"));
    envelope.session.idExpiresAt = envelope.session.accessExpiresAt = 1;
    writeFileSync(file, JSON.stringify(envelope));
    return file;
  };

  it("sign out waits for a renewal, and ends what came of it", async () => {
    const file = expire();
    const out = bench.start(["logout"], { stdin: "" });
    await withLock(testWorld(bench.home), `${file}.lock`, async () => {
      await out.line(/^Target/);
      deepEqual(files().filter((name) => name.endsWith(".json")).length, 1, "nothing is ended in the middle");
    });
    equal((await out.finished).code, 0);
    deepEqual(files(), []);
  });

  it("a renewal does not bring back a session that was deleted meanwhile", async () => {
    const file = expire();
    const { unlinkSync } = await import("node:fs");
    bench.fake.plan(() => {
      if (existsSync(file)) unlinkSync(file);
    });
    const { code, stderr } = await bench.here(["token"]);
    equal(code, 4);
    match(stderr, /ended while it was being renewed/);
    deepEqual(files(), []);
  });

  it("spends no refresh token when there is no room for what comes for it", async function () {
    const small = join(bench.directory, "small");
    mkdirSync(small);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=48k,mode=700", "tmpfs", small], { stdio: "ignore" });
    } catch {
      // Only root may make a small disk; the rule itself is the next test's.
      this.skip();
    }
    try {
      const world = testWorld(small);
      await rejects(new SessionStore(world).probe(), { code: "storage_unavailable" });
      await rejects(reservePrivateFile(world, join(small, "x", "file"), 65_536), { code: "storage_unavailable" });
      deepEqual(readdirSync(join(small, "x")), [], "what was begun is taken away");
    } finally {
      execFileSync("umount", [small]);
    }
  });

  it("keeps the refresh token unspent when its folder cannot be written", async () => {
    if (process.getuid?.() === 0) {
      // Root writes everywhere: a file in the folder's place stops it too.
      const file = expire();
      const before = bench.fake.validRefreshTokens.size;
      const { renameSync } = await import("node:fs");
      const folder = join(bench.home, "credentials");
      const world = testWorld(bench.home);
      const store = new SessionStore(world);
      const binding = JSON.parse(readFileSync(file, "utf8")).binding;
      renameSync(folder, `${folder}-aside`);
      writeFileSync(folder, "");
      await rejects(store.reserve(binding, "file"), { code: "storage_unavailable" });
      equal(bench.fake.validRefreshTokens.size, before);
      return;
    }
    expire();
    chmodSync(join(bench.home, "credentials"), 0o500);
    const before = bench.fake.validRefreshTokens.size;
    equal((await bench.here(["token"])).code, 7);
    equal(bench.fake.validRefreshTokens.size, before);
    chmodSync(join(bench.home, "credentials"), 0o700);
  });
});

describe("files that are not what they seem", function () {
  this.timeout(20_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());
  const quickly = { timeout: 10_000 };

  const places: [what: string, place: () => string][] = [
    ["demo-auth.json", () => join(bench.directory, "demo-auth.json")],
    ["the choice of targets", () => join(bench.home, "targets.json")],
    ["the choice of accounts", () => join(bench.home, "accounts.json")],
    ["a run file", () => join(bench.home, "local", "running", "fifo.json")],
    ["Pulumi.yaml", () => join(bench.directory, "Pulumi.yaml")],
    ["the user's own configuration", () => join(bench.home, "config.json")],
  ];
  for (const [what, place] of places) {
    it(`a FIFO in the place of ${what} stops nothing for long`, async () => {
      mkdirSync(bench.home, { recursive: true, mode: 0o700 });
      execFileSync("mkfifo", ["-m", "600", place()]);
      const child = bench.start(["status"], { stdin: "" });
      const late = setTimeout(() => child.process.kill("SIGKILL"), quickly.timeout);
      const { code, signal } = await child.finished;
      clearTimeout(late);
      equal(signal, null, "it ended by itself");
      ok(code !== 0 && code !== 1, `exit ${code}`);
    });

    it(`an endless device behind ${what} is not read`, async () => {
      mkdirSync(bench.home, { recursive: true, mode: 0o700 });
      symlinkSync("/dev/zero", place());
      const { code } = await bench.run(["status"]);
      ok(code !== 0 && code !== 1, `exit ${code}`);
    });
  }

  it("a session file that is a FIFO, and one that is endless, are refused at once", async () => {
    await bench.signIn();
    const folder = join(bench.home, "credentials");
    const file = join(folder, readdirSync(folder)[0]!);
    const { unlinkSync, truncateSync } = await import("node:fs");
    truncateSync(file, 2 << 20);
    const large = await bench.run(["status"]);
    equal(large.code, 7);
    match(large.stderr, /more than 1048576 bytes/);
    unlinkSync(file);
    execFileSync("mkfifo", ["-m", "600", file]);
    equal((await bench.run(["status"])).code, 7);
  });

  it("a body from an endless file ends at API Gateway's limit", async () => {
    await bench.signIn();
    const { code, stderr } = await bench.run(["call", "/transactions", "-d", "@/dev/zero"]);
    equal(code, 7);
    match(stderr, /more than 10485760 bytes/);
  });

  it("a run file whose cloud names an address elsewhere is not believed", async () => {
    const [pool] = bench.fake.cloud.userPools as { hostedUi: string }[];
    pool!.hostedUi = "https://evil.example";
    bench.fake.cloud.outputs = {};
    const { code, stderr } = await bench.here(["status"]);
    equal(code, 3);
    match(stderr, /names an address of another machine: https:\/\/evil\.example/);
  });

  it("a token that never expires is refused, and a session that holds one is not shown", async () => {
    bench.fake.plan((plan) => {
      plan.idClaims.exp = 1e18;
      plan.accessClaims.exp = 1e18;
    });
    const running = bench.start(["login", "--no-browser"]);
    equal((await browse(await running.line(/^http/))).status, 400);
    equal((await running.finished).code, 5);
    bench.fake.plan(() => undefined);
    await bench.signIn();
    const folder = join(bench.home, "credentials");
    const file = join(folder, readdirSync(folder)[0]!);
    writeFileSync(file, readFileSync(file, "utf8").replace(/"idExpiresAt":\d+/, '"idExpiresAt":1e300'));
    for (const command of [["status"], ["status", "--json"], ["token", "--json"], ["call", "/transactions"]])
      equal((await bench.here(command)).code, 4, command.join(" "));
  });
});

describe("route patterns", () => {
  const route = (path: string) => ({ method: "GET", path, scopes: [] });

  it("fourteen greedy parameters are matched at once", () => {
    const routes = [route(`/${Array(14).fill("{a+}").join("/")}`)];
    const path = `/${Array(40).fill("x").join("/")}/`;
    const begin = process.cpuUsage().user;
    equal(findRoute(routes, "GET", `${path}!`)?.path, routes[0]!.path);
    caseCorrectedPath(routes, `${path}//`);
    findRoute([route(`/${Array(14).fill("{a+}").join("/")}/end`)], "GET", path);
    ok(process.cpuUsage().user - begin < 200_000, "microseconds of this process");
  });

  it("match as API Gateway matches", () => {
    const routes = [route("/orders/{id}"), route("/orders/new"), route("/files/{path+}"), route("/a/{p+}/z")];
    const matched = (path: string) => findRoute(routes, "GET", path)?.path;
    deepEqual(
      [
        "/orders/7",
        "/orders/new",
        "/orders/",
        "/orders/7/x",
        "/files/a",
        "/files/a/b",
        "/files",
        "/a/b/c/z",
        "/a/z",
      ].map(matched),
      [
        "/orders/{id}",
        "/orders/new",
        undefined,
        undefined,
        "/files/{path+}",
        "/files/{path+}",
        undefined,
        "/a/{p+}/z",
        undefined,
      ],
    );
    equal(caseCorrectedPath(routes, "/Files/A/b"), "/files/A/b");
    equal(caseCorrectedPath(routes, "/ORDERS/Seven"), "/orders/Seven");
    equal(caseCorrectedPath(routes, "/orders/7"), undefined);
  });
});
