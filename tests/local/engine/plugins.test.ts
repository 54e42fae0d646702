import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { buildModel } from "../../../local/resources/aws.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { programFailure, projectOf, run } from "./engine-harness.ts";

const modules = join(import.meta.dirname, "../../../node_modules");

/** A real plugin, on the SDK's own server: a resource, a function, a component with an AWS child and a method. */
const PLUGIN = `#!${process.execPath}
const pulumi = require("@pulumi/pulumi"); const provider = require("@pulumi/pulumi/provider"); const aws = require("@pulumi/aws");
class Directory extends pulumi.ComponentResource {
  constructor(name, inputs, opts) {
    super("xyz:index:Directory", name, {}, opts);
    this.pool = new aws.cognito.UserPool(name + "-pool", { name: inputs.title }, { parent: this });
    this.registerOutputs({ poolId: this.pool.id });
  }
}
provider.main({
  version: "1.2.3",
  check: async (urn, olds, news) => ({ inputs: { ...news, checked: true }, failures: news.length > 9 ? [{ property: "length", reason: "is too long" }] : [] }),
  create: async (urn, inputs) => ({ id: "thing-1", outs: { ...inputs, word: "x".repeat(inputs.length), keys: Object.keys(process.env).filter((name) => name.startsWith("AWS_SECRET")) } }),
  read: async (id, urn) => ({ id, props: { word: "read " + id } }),
  invoke: async (token, args) => args.name === "nobody" ? { failures: [{ property: "name", reason: "is nobody" }] } : { outputs: { greeting: "hello " + args.name } },
  construct: async (name, type, inputs, opts) => { const made = new Directory(name, inputs, opts); return { urn: made.urn, state: { poolId: made.pool.id, echo: inputs.title } }; },
  call: async (token, inputs) => ({ outputs: { shout: inputs.word.toUpperCase() } }),
  getSchema: async () => "{}",
}, process.argv.slice(2));
`;

const SDK = `
const pulumi = require("@pulumi/pulumi"); const aws = require("@pulumi/aws");
class Thing extends pulumi.CustomResource { constructor(n, args, o) { super("xyz:index:Thing", n, { word: undefined, checked: undefined, keys: undefined, ...args }, o); } static get(n, id) { return new Thing(n, {}, { id }); } }
class Directory extends pulumi.ComponentResource { constructor(n, args, o) { super("xyz:index:Directory", n, { poolId: undefined, echo: undefined, ...args }, { version: "2.0.1", pluginDownloadURL: "https://example.com/plugins", ...o }, true); } shout(word) { return pulumi.runtime.call("xyz:index:Directory/shout", { word }, this); } }
`;

/** An environment in which the plugin is on PATH. */
function withPlugin(name = "xyz"): Record<string, string | undefined> {
  const folder = temporaryDirectory();
  writeExecutable(join(folder, `pulumi-resource-${name}`), PLUGIN);
  symlinkSync(modules, join(folder, "node_modules"));
  return { ...process.env, AWS_SECRET_ACCESS_KEY: "real", PATH: `${folder}${delimiter}${process.env.PATH}` };
}

function writeExecutable(file: string, content: string): void {
  writeFileSync(file, content);
  chmodSync(file, 0o755);
}

const TRUSTED = { "demo-auth.local.yaml": "plugins: [xyz]\n" };
const WITHOUT = { ...process.env, PULUMI_HOME: "/nonexistent" };

describe("other providers' plugins", function () {
  this.timeout(90_000);

  it("construct remote components, whose AWS children come back to the local cloud", async () => {
    const { graph, resource } = await run(
      `${SDK} const users = new Directory("users", { title: "mine" }); exports.poolId = users.poolId; exports.echo = users.echo; exports.shout = users.shout("hey").shout;`,
      {},
      { environment: withPlugin() },
    );
    assert.equal(resource("users-pool").inputs.name, "mine");
    assert.equal(
      resource("users-pool").urn,
      "urn:pulumi:dev::app::xyz:index:Directory$aws:cognito/userPool:UserPool::users-pool",
    );
    assert.deepEqual(
      [graph.outputs.poolId, graph.outputs.echo, graph.outputs.shout],
      [resource("users-pool").id, "mine", "HEY"],
    );
    assert.equal(graph.resources.filter(({ name }) => name === "users").length, 1);
  });

  it("check, create, read and answer functions, without credentials, when the project's person lists them", async () => {
    const { graph } = await run(
      `${SDK} const thing = new Thing("t", { length: 3, hidden: pulumi.secret("s") });
       exports.made = [thing.id, thing.word, thing.checked, thing.keys]; exports.found = Thing.get("g", "old").word;
       exports.hidden = thing.hidden; exports.said = pulumi.runtime.invoke("xyz:index:greet", { name: "you" }).then((r) => r.greeting);`,
      TRUSTED,
      { environment: withPlugin() },
    );
    assert.deepEqual(graph.outputs.made, ["thing-1", "xxx", true, []]);
    assert.deepEqual([graph.outputs.found, graph.outputs.said], ["read old", "hello you"]);
    assert.deepEqual(graph.secretOutputs, ["hidden"]);
  });

  it("report what a plugin refuses in its words, on the resource", async () => {
    const error = await programFailure(`${SDK} new Thing("t", { length: 10 });`, TRUSTED, {
      environment: withPlugin(),
    });
    assert.equal(error.diagnostics.length, 1);
    assert.match(error.message, /xyz:index:Thing \(t\):\n {4}error: length: is too long/);
  });

  it("are named with the command that installs them when they are not there, and what is built on them is refused by name", async () => {
    const missing = await run(
      `${SDK} exports.pool = new Directory("users", { title: "mine" }).poolId;`,
      {},
      { environment: WITHOUT },
    );
    const command = "pulumi plugin install resource xyz v2.0.1 --server https://example.com/plugins";
    assert.equal(missing.resource("users").notServed, `its plugin is not installed; install it with \`${command}\``);
    assert.deepEqual(buildModel(missing.graph, "us-east-1", () => "").unserved, [
      { type: "xyz:index:Directory", name: "users", reason: missing.resource("users").notServed },
    ]);
    assert.ok(
      missing.heard.some(
        (line) => line.startsWith("warning: The component xyz:index:Directory") && line.includes(command),
      ),
    );
    assert.equal(missing.graph.outputs.pool, "[not known here]");
    const error = await programFailure(
      `${SDK} new aws.cognito.UserPoolClient("client", { userPoolId: new Directory("users", {}).poolId.apply((id) => id + "!") });`,
      {},
      { environment: WITHOUT },
    );
    assert.ok(
      error.message.includes(
        `userPoolId is made of an output of xyz:index:Directory "users" that the local cloud cannot know: ${missing.resource("users").notServed}.`,
      ),
      error.message,
    );
  });

  it("are started from Pulumi's own folder in the version that the program asks for", async () => {
    const home = temporaryDirectory();
    const folder = join(home, "plugins/resource-xyz-v2.0.1");
    mkdirSync(folder, { recursive: true });
    writeExecutable(join(folder, "pulumi-resource-xyz"), PLUGIN);
    symlinkSync(modules, join(folder, "node_modules"));
    const { graph } = await run(
      `${SDK} exports.echo = new Directory("users", { title: "mine" }).echo;`,
      {},
      { environment: { ...process.env, PULUMI_HOME: home } },
    );
    assert.equal(graph.outputs.echo, "mine");
  });

  it("run from source where Pulumi.yaml names their folder", async () => {
    const directory = projectOf(`${SDK} exports.echo = new Directory("users", { title: "mine" }).echo;`, {
      "Pulumi.yaml":
        "name: app\nruntime: { name: nodejs, options: { typescript: false } }\nplugins: { providers: [{ name: xyz, path: ./xyz }] }\n",
      "xyz/PulumiPlugin.yaml": "runtime: nodejs\n",
      "xyz/package.json": '{ "name": "xyz", "main": "index.js" }',
      "xyz/index.js": PLUGIN.replace(/^#!.*\n/, ""),
    });
    const { graph } = await run("", {}, { directory, environment: WITHOUT });
    assert.equal(graph.outputs.echo, "mine");
  });

  it("are never started for a real cloud, nor, unless they are listed, for resources of an unknown package", async () => {
    const program = (name: string) => `
      const pulumi = require("@pulumi/pulumi");
      new (class extends pulumi.CustomResource { constructor() { super("${name}:index:Thing", "t", { length: 2 }); } })();
    `;
    for (const name of ["kubernetes", "azure-native", "gcp", "docker"]) {
      const { resource } = await run(program(name), {}, { environment: withPlugin(name) });
      assert.equal(
        resource("t").notServed,
        `the plugin ${name} works on a real account or service and is never started`,
      );
    }
    const ofCommand = await run(program("command"), {}, { environment: withPlugin("command") });
    assert.equal(
      ofCommand.resource("t").notServed,
      "the plugin command runs what the program says, which may reach a real account; to let it, list it under `plugins` in demo-auth.local.yaml",
    );
    const { resource } = await run(program("xyz"), {}, { environment: withPlugin() });
    assert.match(
      resource("t").notServed ?? "",
      /not known to stay on this machine; if it does, list it under `plugins`/,
    );
  });

  it("run dynamic providers' own JavaScript", async () => {
    const { graph, resource } = await run(
      `
      const pulumi = require("@pulumi/pulumi");
      const greeting = new pulumi.Config().require("greeting");
      const provider = {
        async check(olds, news) { return { inputs: { ...news, name: news.name.trim() } }; },
        async create(inputs) { return { id: "made-" + inputs.name, outs: { ...inputs, said: greeting + " " + inputs.name } }; },
      };
      class Greeting extends pulumi.dynamic.Resource { constructor(n, args) { super(provider, n, { said: undefined, ...args }); } }
      const made = new Greeting("g", { name: " you ", token: pulumi.secret("s") });
      exports.said = made.said; exports.id = made.id; exports.token = made.token;
    `,
      { "Pulumi.dev.yaml": "config: { app:greeting: hello }\n" },
    );
    assert.deepEqual([graph.outputs.said, graph.outputs.id, graph.outputs.token], ["hello you", "made-you", "s"]);
    assert.deepEqual(graph.secretOutputs, ["token"]);
    assert.equal(resource("g").notServed, undefined);
    assert.deepEqual(buildModel(graph, "us-east-1", () => "").unserved, []);
  });

  it("say why they do not start, and name a method that nobody has", async () => {
    const folder = temporaryDirectory();
    writeExecutable(join(folder, "pulumi-resource-xyz"), "#!/bin/sh\necho no such library >&2; exit 1\n");
    const environment = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    assert.match(
      (await programFailure(`${SDK} new Directory("users", {});`, {}, { environment })).message,
      /the plugin xyz ended before it listened: no such library/,
    );
    assert.match(
      (await programFailure(`${SDK} exports.x = new Directory("users", {}).shout("a");`, {}, { environment: WITHOUT }))
        .message,
      /The method xyz:index:Directory\/shout cannot be called: its plugin is not installed/,
    );
  });
});
