import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProjectError } from "../../../local/engine/problems.ts";
import { rememberOutputs } from "../../../local/engine/stack-references.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { projectOf, run } from "./engine-harness.ts";

const PROGRAM = `
const pulumi = require("@pulumi/pulumi"); const aws = require("@pulumi/aws");
const network = new pulumi.StackReference("org/network/dev");
new aws.cognito.UserPool("pool", { tags: { vpc: network.getOutput("vpcId"), zone: pulumi.interpolate\`z-\${network.requireOutput("zone")}\` } });
exports.optional = network.getOutput("optional");
`;

async function refusal(directory: string, stackOutputs?: string): Promise<ProjectError> {
  const error: unknown = await run("", {}, { directory, ...(stackOutputs !== undefined && { stackOutputs }) }).then(
    () => assert.fail("the program did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProjectError, String(error));
  return error;
}

describe("outputs of other stacks", function () {
  this.timeout(60_000);

  it("that nothing here knows are named, in a file that only wants their values", async () => {
    const directory = projectOf(PROGRAM);
    const file = join(directory, "demo-auth.local.yaml");
    const error = await refusal(directory);
    assert.equal(
      error.message,
      "The program reads from the stack org/network/dev, and these outputs of it are not known here: optional, vpcId, zone.",
    );
    assert.match(error.next, /^Fill in their values in .*demo-auth\.local\.yaml, which has been written/);
    const skeleton = readFileSync(file, "utf8");
    assert.match(skeleton, /stacks:\n {2}org\/network\/dev:\n {4}outputs:\n {6}optional: null\n {6}vpcId: null\n/);

    writeFileSync(file, skeleton.replace("vpcId: null", "vpcId: vpc-1"));
    assert.match((await refusal(directory)).message, /not known here: optional, zone\.$/);
    assert.match(readFileSync(file, "utf8"), /vpcId: vpc-1/);

    writeFileSync(
      file,
      skeleton
        .replace("vpcId: null", "vpcId: vpc-1")
        .replace("zone: null", "zone: a")
        .replace("optional: null", "more: []"),
    );
    const { resource, heard, graph } = await run("", {}, { directory });
    assert.deepEqual(graph.notes?.madeUp, [
      {
        type: "pulumi:pulumi:StackReference",
        name: "org/network/dev",
        reason: "made up: demo-auth.local.yaml gives more, vpcId, zone",
      },
    ]);
    assert.deepEqual(resource("pool").inputs.tags, { vpc: "vpc-1", zone: "z-a" });
    assert.ok(heard.includes("warning: The outputs of the stack org/network/dev are made up in demo-auth.local.yaml."));
    assert.ok(heard.includes("warning: The stack org/network/dev has no output optional: the program sees undefined."));
  });

  it("are asked for in words where the person's file is there already", async () => {
    const directory = projectOf(PROGRAM, { "demo-auth.local.yaml": "plugins: []\n" });
    assert.match((await refusal(directory)).next, /or write values into .*:\nstacks:\n {2}org\/network\/dev:/);
    assert.equal(readFileSync(join(directory, "demo-auth.local.yaml"), "utf8"), "plugins: []\n");
  });

  it("come from that stack's last local cloud, without the values of secrets", async () => {
    const folder = join(temporaryDirectory(), "outputs");
    const { graph } = await run(
      'const pulumi = require("@pulumi/pulumi"); exports.vpcId = "vpc-9"; exports.zone = "b"; exports.key = pulumi.secret("hush");',
      { "Pulumi.yaml": "name: network\nruntime: { name: nodejs, options: { typescript: false } }\n" },
    );
    rememberOutputs(folder, graph);
    const [kept] = readdirSync(folder);
    assert.equal(statSync(join(folder, kept!)).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(join(folder, kept!), "utf8"), /hush/);

    const directory = projectOf(PROGRAM);
    const { resource, heard } = await run("", {}, { directory, stackOutputs: folder });
    assert.deepEqual(resource("pool").inputs.tags, { vpc: "vpc-9", zone: "z-b" });
    assert.ok(heard.includes("warning: The outputs of the stack org/network/dev are those of its last local cloud."));
    assert.equal(existsSync(join(directory, "demo-auth.local.yaml")), false);

    const wantsSecret = projectOf(`${PROGRAM} exports.key = network.getOutput("key");`);
    assert.match((await refusal(wantsSecret, folder)).message, /not known here: key\.$/);
  });

  it("that are the program's own are none at first, as at a first pulumi up, and then those of the last time", async () => {
    const folder = join(temporaryDirectory(), "outputs");
    const directory = projectOf(`
      const pulumi = require("@pulumi/pulumi");
      const own = new pulumi.StackReference(\`\${pulumi.getOrganization()}/\${pulumi.getProject()}/\${pulumi.getStack()}\`);
      exports.before = own.getOutput("now").apply((now) => now ?? "nothing");
      exports.hidden = own.getOutput("secret").apply((secret) => secret ?? "nothing");
      exports.now = "something";
      exports.secret = pulumi.secret("hush");
    `);
    const first = await run("", {}, { directory, stackOutputs: folder });
    assert.equal(first.graph.outputs.before, "nothing");
    const { project, stack } = first.graph;
    assert.ok(
      first.heard.includes(
        `warning: The program reads its own stack organization/${project}/${stack}, which has no outputs before its first start: the program sees undefined.`,
      ),
      first.heard.join("\n"),
    );
    rememberOutputs(folder, first.graph);
    const { graph, heard } = await run("", {}, { directory, stackOutputs: folder });
    assert.deepEqual([graph.outputs.before, graph.outputs.hidden], ["something", "nothing"]);
    assert.ok(
      heard.includes(
        `warning: The output secret of the program's own stack is a secret, which is not kept: the program sees undefined.`,
      ),
      heard.join("\n"),
    );
    assert.equal(existsSync(join(directory, "demo-auth.local.yaml")), false);
  });
});
