import assert from "node:assert/strict";
import { programFailure, run } from "./engine-harness.ts";

const HEAD = 'const pulumi = require("@pulumi/pulumi"); const aws = require("@pulumi/aws");\n';

describe("transforms and hooks", function () {
  this.timeout(60_000);

  it("are called as Pulumi's engine calls them: the resource's, then its parents', then the stack's", async () => {
    const { graph, resource } = await run(`${HEAD}
      const add = (mark) => ({ type, props, opts }) => type === "aws:cognito/userPool:UserPool" ? { props: { ...props, name: props.name + mark }, opts } : undefined;
      pulumi.runtime.registerResourceTransform(add("-stack"));
      class Outer extends pulumi.ComponentResource { constructor(n, o) { super("my:lib:Outer", n, {}, o); } }
      class Inner extends pulumi.ComponentResource { constructor(n, o) { super("my:lib:Inner", n, {}, o); } }
      const outer = new Outer("outer", { transforms: [add("-outer")] });
      const inner = new Inner("inner", { parent: outer, transforms: [add("-inner")] });
      const pool = new aws.cognito.UserPool("pool", { name: "p" }, { parent: inner, transforms: [add("-own1"), add("-own2")] });
      exports.name = pool.name;
    `);
    assert.equal(resource("pool").inputs.name, "p-own1-own2-inner-outer-stack");
    assert.equal(graph.outputs.name, "p-own1-own2-inner-outer-stack");
  });

  it("see and change options, and what depends on an output stays so", async () => {
    const { resource } = await run(`${HEAD}
      const first = new aws.cognito.UserPool("first", { tags: { secret: pulumi.secret("s") } });
      new aws.cognito.UserPoolClient("client", { userPoolId: first.id }, { transforms: [({ props, opts }) => {
        return { props: { ...props, name: pulumi.interpolate\`of-\${props.userPoolId}\` }, opts: pulumi.mergeOptions(opts, { protect: true, ignoreChanges: ["name"] }) };
      }] });
    `);
    const { inputs, protect, ignoreChanges } = resource("client");
    assert.equal(inputs.name, `of-${resource("first").id}`);
    assert.deepEqual([protect, ignoreChanges], [true, ["name"]]);
  });

  it("change the arguments of provider functions", async () => {
    const { graph } = await run(`${HEAD}
      pulumi.runtime.registerInvokeTransform(({ token, args, opts }) => token === "aws:index/getRegion:getRegion" ? { args: { ...args, region: "eu-west-3" }, opts } : undefined);
      exports.region = aws.getRegionOutput().region;
    `);
    assert.equal(graph.outputs.region, "eu-west-3");
  });

  it("report what a transform throws, once", async () => {
    const error = await programFailure(`${HEAD}
      pulumi.runtime.registerResourceTransform(({ type }) => { if (type.startsWith("aws:")) throw new Error("not this one"); });
      new aws.cognito.UserPool("pool");
    `);
    assert.equal(error.diagnostics.length, 1);
    assert.match(error.message, /transform failed: Error: not this one/);
  });

  it("call hooks before and after a resource is made, with what is known then", async () => {
    const { heard } = await run(`${HEAD}
      const hook = (name) => new pulumi.ResourceHook(name, ({ id, newInputs, newOutputs }) => pulumi.log.info([name, id ?? "", newInputs.name, newOutputs?.id !== undefined || newOutputs?.arn !== undefined].join(" ")));
      new aws.cognito.UserPool("pool", { name: "p" }, { hooks: { beforeCreate: [hook("before")], afterCreate: [hook("after")] } });
    `);
    const [before, after] = heard.filter((line) => /^info: (?:before|after) /.test(line));
    assert.equal(before, "info: before  p false");
    assert.match(after ?? "", /^info: after us-east-1_\w{9} p true$/);
  });

  it("fail the resource whose hook fails", async () => {
    const error = await programFailure(`${HEAD}
      const hook = new pulumi.ResourceHook("check", () => { throw new Error("not today"); });
      new aws.cognito.UserPool("pool", {}, { hooks: { beforeCreate: [hook] } });
    `);
    assert.deepEqual(error.diagnostics.length, 1);
    assert.match(error.message, /aws:cognito:UserPool \(pool\):\n {4}error: before hook "check" failed: .*not today/);
  });

  it("keep the graph in the order of registration although a transform takes its time", async () => {
    const { graph } = await run(`${HEAD}
      pulumi.runtime.registerResourceTransform(async ({ name, props, opts }) => {
        if (name === "a") await new Promise((resolve) => setTimeout(resolve, 50));
        return { props, opts };
      });
      for (const name of ["a", "b", "c"]) new aws.cognito.UserPool(name);
    `);
    const pools = graph.resources.filter(({ type }) => type === "aws:cognito/userPool:UserPool");
    assert.deepEqual(
      pools.map(({ name }) => name),
      ["a", "b", "c"],
    );
  });
});
