/** The values of Pulumi's random provider. */
import assert from "node:assert/strict";
import { compareSync } from "bcryptjs";
import { awsProvider, buildModel, RESOURCE_TYPES } from "../../../local/resources/aws.ts";
import { graphOf } from "./program.ts";

type Inputs = Record<string, unknown>;

function draw(name: string, inputs: Inputs, logicalName = "x") {
  const type = `random:index/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`;
  const urn = `urn:pulumi:dev::app::${type}::${logicalName}`;
  const { id, outputs } = awsProvider("us-east-1").create({ type, urn, name: logicalName, inputs, provider: "" });
  return { ...outputs, id } as unknown as Record<string, string> & { results: string[] };
}

const count = (text: string, kind: RegExp) => text.match(kind)?.length ?? 0;

describe("@pulumi/random", () => {
  before(() => Promise.all(RESOURCE_TYPES.map((resourceType) => resourceType.load?.())));

  it("draws the same at every start, and anew for another resource, input or keeper", () => {
    const inputs = { length: 20, keepers: { a: "1" } };
    const first = draw("RandomString", inputs).result;
    assert.equal(draw("RandomString", { keepers: { a: "1" }, length: 20 }).result, first);
    assert.notEqual(draw("RandomString", inputs, "y").result, first);
    assert.notEqual(draw("RandomString", { length: 20, keepers: { a: "2" } }).result, first);
  });

  it("keeps to the kinds of characters that a string asks for, and to the least of each", () => {
    assert.match(draw("RandomString", { length: 200, special: false, upper: false }).result!, /^[a-z0-9]{200}$/);
    assert.match(
      draw("RandomString", { length: 50, lower: false, upper: false, numeric: false, overrideSpecial: "_%" }).result!,
      /^[_%]{50}$/,
    );
    const { result } = draw("RandomPassword", { length: 8, minUpper: 2, minLower: 2, minNumeric: 2, minSpecial: 2 });
    assert.deepEqual(
      [/[A-Z]/g, /[a-z]/g, /[0-9]/g, /[^A-Za-z0-9]/g].map((kind) => count(result!, kind)),
      [2, 2, 2, 2],
    );
    assert.throws(() => draw("RandomString", { length: 3, minUpper: 4 }), /length value must be at least 4/);
  });

  it("hashes a password with bcrypt", () => {
    const { id, result, bcryptHash } = draw("RandomPassword", { length: 16 });
    assert.equal(id, "none");
    assert.match(bcryptHash!, /^\$2a\$10\$/);
    assert.ok(compareSync(result!, bcryptHash!));
  });

  it("writes the bytes of an id in four notations, each with the prefix", () => {
    const { id, b64Url, b64Std, hex, dec } = draw("RandomId", { byteLength: 5, prefix: "p-" });
    const bytes = Buffer.from(id!, "base64url");
    assert.equal(bytes.length, 5);
    assert.deepEqual(
      [b64Url, b64Std, hex, dec],
      [
        `p-${id}`,
        `p-${bytes.toString("base64")}`,
        `p-${bytes.toString("hex")}`,
        `p-${BigInt(`0x${bytes.toString("hex")}`)}`,
      ],
    );
  });

  it("draws integers with both ends, uuids, bytes, pets and orders", () => {
    const integers = Array.from({ length: 50 }, (_, index) =>
      Number(draw("RandomInteger", { min: 1, max: 3 }, `i${index}`).result),
    );
    assert.deepEqual([...new Set(integers)].sort(), [1, 2, 3]);
    assert.match(
      draw("RandomUuid", {}).result!,
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.match(draw("RandomUuid7", {}).id!, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const bytes = draw("RandomBytes", { length: 7 });
    assert.equal(Buffer.from(bytes.base64!, "base64").toString("hex"), bytes.hex);
    assert.match(draw("RandomPet", {}).id!, /^[a-z]+-[a-z]+$/);
    assert.match(draw("RandomPet", { length: 3, separator: "_", prefix: "my" }).id!, /^my_[a-z]+_[a-z]+_[a-z]+$/);
    const items = ["a", "b", "c"];
    assert.deepEqual([...draw("RandomShuffle", { inputs: items }).results].sort(), items);
    assert.equal(draw("RandomShuffle", { inputs: items, resultCount: 7 }).results.length, 7);
    assert.equal(draw("RandomShuffle", { inputs: items, resultCount: 2 }).results.length, 2);
  });

  it("serves names in a program, keeps passwords secret, and is not listed as unserved", async () => {
    const graph = await graphOf(`const random = require("@pulumi/random");
      const suffix = new random.RandomString("s", { length: 6, special: false, upper: false });
      const pool = new aws.cognito.UserPool("pool");
      const domain = new aws.cognito.UserPoolDomain("d", { userPoolId: pool.id, domain: pulumi.interpolate\`my-app-\${suffix.result}\` });
      exports.domain = domain.domain; exports.password = new random.RandomPassword("p", { length: 12 }).result;`);
    assert.match(String(graph.outputs.domain), /^my-app-[a-z0-9]{6}$/);
    assert.deepEqual(graph.secretOutputs, ["password"]);
    assert.deepEqual(buildModel(graph, "us-east-1", () => "/code").unserved, []);
  }).timeout(30_000);
});
