/** `demo-auth config` where a source of settings cannot be used: the rest is shown all the same, and the source named last. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, openBench } from "./support/cli.ts";

describe("demo-auth config, when something is wrong", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());
  const file = () => join(bench.directory, "demo-auth.json");
  const own = () => join(bench.home, "config.json");
  afterEach(() => {
    rmSync(file(), { force: true });
    rmSync(own(), { force: true });
  });

  const line = (name: string, value: string, source: string) => `${name.padEnd(13)} ${value}  (${source})\n`;
  const places = () => [
    line("userFile", own(), "DEMO_AUTH_HOME"),
    line("sessionFolder", join(bench.home, "credentials"), "DEMO_AUTH_HOME"),
  ];

  it("shows the other values of a project file with wrong ones, and names the file", async () => {
    const { clientId, apiUrl } = bench.fake.cloud.outputs as Record<string, string>;
    writeFileSync(
      file(),
      JSON.stringify({ userPoolId: "nonsense", clientId, apiUrl, flow: "password", tokenUse: "id" }),
    );
    const { code, stdout, stderr } = await bench.here(["config"]);
    equal(code, 3);
    equal(
      stdout,
      [
        `target        ${file()}\n`,
        line("issuer", "cannot be used", file()),
        line("clientId", clientId!, file()),
        line("hostedUiUrl", "asked from the issuer", "default"),
        line("apiUrl", apiUrl!, file()),
        line("callbackUrls", "ports 47810 to 47814, /callback", "default"),
        line("logoutUrls", "not set", "default"),
        line("flow", "cannot be used", file()),
        line("tokenUse", "id", file()),
        line("scopes", "openid, email", "default"),
        line("identityProviders", "not known", "default"),
        line("routes", "not set", "default"),
        line("storage", "file", "default"),
        ...places(),
      ].join(""),
    );
    equal(
      stderr,
      [
        `✗ ${file()}: "userPoolId" must be an id such as us-east-1_AbCdEfGhI. ${file()}: "flow" must be implicit or code.\n`,
        "  → Correct it there, or take it out\n",
      ].join(""),
    );
    const json = await bench.here(["config", "--json"]);
    equal(json.code, 3);
    const { target, values } = JSON.parse(json.stdout);
    equal(target, file());
    deepEqual(values.flow, { value: null, source: file(), unusable: true });
    deepEqual(values.clientId, { value: clientId, source: file() });
    equal(JSON.parse(json.stderr).error.code, "configuration_invalid");
    // Every other command goes on refusing the whole of it.
    equal((await bench.here(["status"])).code, 3);
  });

  it("shows what is known without a project file that is not JSON", async () => {
    writeFileSync(file(), "{ oops");
    const env = { DEMO_AUTH_CLIENT_ID: "client" };
    const { code, stdout, stderr } = await bench.here(["config"], { env });
    equal(code, 3);
    equal(
      stdout,
      [
        "target        none can be used\n",
        "clientId      client  (DEMO_AUTH_ variables)\n",
        "storage       file  (default)\n",
        ...places(),
      ].join(""),
    );
    match(stderr, /^✗ \S+\/demo-auth\.json is not JSON: [^\n]*\.\n {2}→ Fix it, or move it away: mv \S+ \S+\n$/);
  });

  const broken: [what: string, place: () => string, content: string, message: RegExp][] = [
    ["one's own file that is not JSON", own, "[", /config\.json is not JSON/],
    [
      "one's own file with a storage that there is not",
      own,
      '{"storage":"cloud"}',
      /"storage" must be file, keyring or none/,
    ],
    ["a project file that is a list", file, "[]", /demo-auth\.json does not hold a JSON object/],
    ["a damaged choice of targets", () => join(bench.home, "targets.json"), "[", /targets\.json is damaged/],
  ];
  for (const [what, place, content, message] of broken) {
    it(`shows where everything is kept beside ${what}`, async () => {
      mkdirSync(bench.home, { recursive: true });
      writeFileSync(place(), content, { mode: 0o600 });
      const { code, stdout, stderr } = await bench.here(["config"]);
      rmSync(place());
      ok(code === 3 || code === 7, `exit ${code}`);
      ok(stdout.endsWith(places().join("")), stdout);
      match(stderr, message);
      match(stderr, /\n {2}→ /);
    });
  }

  it("shows the variables that can be used beside one that cannot", async () => {
    const env = {
      DEMO_AUTH_FLOW: "password",
      DEMO_AUTH_TOKEN_USE: "access",
      DEMO_AUTH_PORTS: "70000",
      DEMO_AUTH_STORAGE: "cloud",
    };
    const { code, stdout, stderr } = await bench.here(["config"], { env });
    equal(code, 3);
    match(stdout, /^flow {10}cannot be used {2}\(DEMO_AUTH_ variables\)$/m);
    match(stdout, /^callbackUrls {2}cannot be used {2}\(DEMO_AUTH_ variables\)$/m);
    match(stdout, /^tokenUse {6}access {2}\(DEMO_AUTH_ variables\)$/m);
    match(stdout, /^storage {7}cannot be used {2}\(DEMO_AUTH_STORAGE\)$/m);
    match(stderr, /"flow" must be implicit or code/);
    match(stderr, /DEMO_AUTH_STORAGE: "storage" must be file, keyring or none/);
  });
});
