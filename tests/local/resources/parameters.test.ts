/** What AWS refuses when a parameter or a secret is made. */
import assert from "node:assert/strict";
import { awsProvider } from "../../../local/resources/aws.ts";

const PARAMETER = "aws:ssm/parameter:Parameter";
const SECRET = "aws:secretsmanager/secret:Secret";

function maker() {
  const provider = awsProvider("us-east-1");
  return (type: string, inputs: Record<string, unknown>, name = "x") =>
    provider.create({ type, name, inputs, provider: "", urn: `urn:pulumi:dev::app::${type}::${name}` });
}

describe("what AWS refuses of parameters and secrets", () => {
  const refused: [string, string, Record<string, unknown>, RegExp][] = [
    [
      "a parameter without a type",
      PARAMETER,
      { name: "a", value: "v" },
      /type undefined of the parameter "a" is none of/,
    ],
    ["a type that there is not", PARAMETER, { name: "a", type: "Text", value: "v" }, /type "Text" of the parameter/],
    ["a SecureString in clear", PARAMETER, { name: "a", type: "SecureString", insecureValue: "v" }, /write value\.$/],
    [
      "a path without a slash before it",
      PARAMETER,
      { name: "a/b", type: "String" },
      /must be a fully qualified name\./,
    ],
    ["a name of AWS's own", PARAMETER, { name: "/aws/b", type: "String" }, /can't be prefixed with "aws"/],
    ["a name with other symbols", PARAMETER, { name: "/a b", type: "String" }, /letters, numbers and \.-_/],
    ["a secret's name with other symbols", SECRET, { name: "a b" }, /^ValidationException: Invalid name\./],
    [
      "a value of more than 4096 characters",
      ...([
        PARAMETER,
        { name: "a", type: "String", value: "v".repeat(4097) },
        /4096 characters; this one has 4097/,
      ] as const),
    ],
  ];
  for (const [what, type, inputs, message] of refused) {
    it(`[H.1] is ${what}`, () => {
      assert.throws(() => maker()(type, inputs), { name: "ResourceProblem", message });
    });
  }

  it("[H.1] is a second one of the same name in a region, unless a parameter is to overwrite the first", () => {
    const make = maker();
    const greeting = { name: "/greeting", type: "String", value: "hello" };
    make(PARAMETER, greeting);
    assert.throws(() => make(PARAMETER, greeting, "y"), /^ResourceProblem: ParameterAlreadyExists: /);
    assert.equal(make(PARAMETER, { ...greeting, overwrite: true }, "y").id, "/greeting");
    assert.match(String(make(PARAMETER, { ...greeting, region: "eu-west-1" }, "z").outputs.arn), /:ssm:eu-west-1:/);
    make(SECRET, { name: "key" });
    assert.throws(() => make(SECRET, { name: "key" }, "y"), /^ResourceProblem: ResourceExistsException: /);
  });

  it("[H.1] is not a long value in the advanced tier", () => {
    const long = { name: "a", type: "String", value: "v".repeat(8192) };
    assert.equal(maker()(PARAMETER, { ...long, tier: "Advanced" }).outputs.tier, "Advanced");
    assert.equal(maker()(PARAMETER, { ...long, tier: "Intelligent-Tiering" }).outputs.tier, "Advanced");
  });
});
