/** What stands beside what is served: outputs in AWS's form, stand-ins that are recognised, and lookups that are made up. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type LocalValues, NO_LOCAL_VALUES, readLocalValues } from "../../../local/engine/local-values.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import { SdkTypes } from "../../../local/resources/sdk-types.ts";
import { UnknownOutputs } from "../../../local/resources/unknown-outputs.ts";
import { temporaryProject } from "../../support/temporary.ts";
import { graphOf } from "./program.ts";

const sdk = new SdkTypes(join(import.meta.dirname, "../../.."));
type Inputs = Record<string, unknown>;

function cloud(local?: Partial<LocalValues>, region = "us-east-1") {
  const provider = awsProvider(region, {
    sdk,
    local: { ...NO_LOCAL_VALUES, ...local },
    defaultTags: { team: "orders" },
  });
  const resource = (type: string, inputs: Inputs, name: string) => ({
    ...{ type, name, inputs, provider: "" },
    urn: `urn:pulumi:dev::app::${type}::${name}`,
  });
  return {
    provider,
    make: (type: string, inputs: Inputs = {}, name = "x") => provider.create(resource(type, inputs, name)),
    get: (type: string, id: string) => provider.read({ ...resource(type, {}, "x"), id }).outputs,
    invoke: provider.invoke,
  };
}

const ACCOUNT = "123456789012";

describe("a companion of what is served", () => {
  const forms: [string, Inputs, Record<string, unknown>][] = [
    [
      "aws:s3/bucket:Bucket",
      { bucket: "b" },
      {
        ...{ id: "b", arn: "arn:aws:s3:::b", bucketDomainName: "b.s3.amazonaws.com" },
        bucketRegionalDomainName: "b.s3.us-east-1.amazonaws.com",
        websiteEndpoint: "b.s3-website-us-east-1.amazonaws.com",
      },
    ],
    [
      "aws:sqs/queue:Queue",
      { name: "q" },
      { id: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/q`, arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:q` },
    ],
    ["aws:sns/topic:Topic", { name: "t" }, { id: `arn:aws:sns:us-east-1:${ACCOUNT}:t`, owner: ACCOUNT }],
    [
      "aws:iam/policy:Policy",
      { name: "p" },
      { id: `arn:aws:iam::${ACCOUNT}:policy/p`, arn: `arn:aws:iam::${ACCOUNT}:policy/p` },
    ],
    ["aws:iam/role:Role", { name: "r", path: "/team/" }, { id: "r", arn: `arn:aws:iam::${ACCOUNT}:role/team/r` }],
    [
      "aws:ssm/parameter:Parameter",
      { name: "/app/key", type: "String", value: "v" },
      { id: "/app/key", arn: `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/app/key` },
    ],
    [
      "aws:cloudwatch/logGroup:LogGroup",
      { name: "/g" },
      { id: "/g", arn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/g` },
    ],
    [
      "aws:ecr/repository:Repository",
      { name: "e" },
      { id: "e", repositoryUrl: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/e`, registryId: ACCOUNT },
    ],
    [
      "aws:cloudwatch/eventRule:EventRule",
      { name: "every-day" },
      { id: "every-day", arn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/every-day` },
    ],
  ];
  for (const [type, inputs, expected] of forms) {
    it(`has the documented outputs: ${type}`, () => {
      const { id, outputs } = cloud().make(type, inputs);
      const have = { ...inputs, ...outputs, id } as Inputs;
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, have[name]])), expected);
    });
  }

  it("has ids of AWS's forms, the same at every start", () => {
    const ids: [string, RegExp][] = [
      ["aws:ec2/vpc:Vpc", /^vpc-0[0-9a-f]{16}$/],
      ["aws:ec2/subnet:Subnet", /^subnet-0[0-9a-f]{16}$/],
      ["aws:ec2/securityGroup:SecurityGroup", /^sg-0[0-9a-f]{16}$/],
      ["aws:kms/key:Key", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/],
      ["aws:route53/zone:Zone", /^Z[0-9A-Z]{20}$/],
      ["aws:cloudfront/distribution:Distribution", /^E[0-9A-Z]{13}$/],
      ["aws:secretsmanager/secret:Secret", /^arn:aws:secretsmanager:us-east-1:123456789012:secret:x-\w{7}-\w{6}$/],
    ];
    for (const [type, form] of ids) {
      assert.match(cloud().make(type).id, form, type);
      assert.equal(cloud().make(type).id, cloud().make(type).id, type);
    }
  });

  it("lets a certificate be validated by a record of the program's zone", () => {
    const { make } = cloud();
    const names = ["example.com", "*.example.com"];
    const { outputs } = make("aws:acm/certificate:Certificate", {
      domainName: names[0],
      subjectAlternativeNames: [names[1]],
    });
    const options = outputs.domainValidationOptions as Record<string, string>[];
    assert.deepEqual(
      options.map(({ domainName }) => domainName),
      names,
    );
    // AWS validates a name and its wildcard by the same record.
    assert.equal(options[0]!.resourceRecordName, options[1]!.resourceRecordName);
    assert.match(options[0]!.resourceRecordName!, /^_[0-9a-f]{32}\.example\.com\.$/);
    assert.match(options[0]!.resourceRecordValue!, /^_[0-9a-f]{32}\.[a-z0-9]{10}\.acm-validations\.aws\.$/);
    const zone = make("aws:route53/zone:Zone", { name: "example.com" });
    const record = make("aws:route53/record:Record", { zoneId: zone.id, name: "auth", type: "CNAME" });
    assert.equal(record.outputs.fqdn, "auth.example.com");
  });

  it("that is looked up keeps its id, with the ARN of its kind", () => {
    const { get, make } = cloud();
    const arns: [string, string, string][] = [
      ["aws:iam/role:Role", "admin", `arn:aws:iam::${ACCOUNT}:role/admin`],
      ["aws:s3/bucket:Bucket", "logs", "arn:aws:s3:::logs"],
      ["aws:iam/policy:Policy", "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
      ["aws:sqs/queue:Queue", "https://sqs.us-east-1.amazonaws.com/1/jobs", `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`],
      ["aws:ec2/vpc:Vpc", "vpc-0abc", `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/vpc-0abc`],
      [
        "aws:cognito/userPool:UserPool",
        "us-east-1_AbC",
        `arn:aws:cognito-idp:us-east-1:${ACCOUNT}:userpool/us-east-1_AbC`,
      ],
      ["aws:lambda/function:Function", "orders", `arn:aws:lambda:us-east-1:${ACCOUNT}:function:orders`],
    ];
    for (const [type, id, arn] of arns) assert.deepEqual([get(type, id).id, get(type, id).arn], [id, arn], type);
    const own = make("aws:sns/topic:Topic", { name: "t", displayName: "Mine" });
    assert.equal(get("aws:sns/topic:Topic", own.id).name, "t");
  });
});

describe("an output that only AWS knows", () => {
  const broker = "aws:mq/broker:Broker";

  it("is a text that names nothing by itself, also inside lists of objects, and never undefined", () => {
    const { outputs } = cloud().make(broker);
    const [instance] = outputs.instances as { consoleUrl: string; endpoints: string[] }[];
    for (const value of [instance!.consoleUrl, instance!.endpoints[0]])
      assert.match(value!, /^unknown-output-[0-9a-f]{8}$/);
    assert.notEqual(instance!.consoleUrl, instance!.endpoints[0]);
  });

  it("is passed on by what is not served, and refused by name with the lines to paste by what is", () => {
    const { make } = cloud();
    const { outputs } = make(broker, {}, "jobs");
    const [{ consoleUrl }] = outputs.instances as [{ consoleUrl: string }];
    const record = make("aws:route53/record:Record", { zoneId: "Z", name: "a", type: "CNAME", records: [consoleUrl] });
    assert.equal(record.outputs.fqdn, "a");
    assert.throws(
      () =>
        make(
          "aws:cognito/userPoolClient:UserPoolClient",
          { userPoolId: "p", callbackUrls: [`${consoleUrl}/in`] },
          "web",
        ),
      {
        name: "ResourceProblem",
        message: [
          'callbackUrls of aws:cognito/userPoolClient:UserPoolClient "web" reads instances[0].consoleUrl of aws:mq/broker:Broker "jobs", which only AWS knows. Give a value in demo-auth.local.yaml, beside Pulumi.yaml:',
          "outputs:",
          '  "jobs": { instances: […] }',
        ].join("\n"),
      },
    );
  });

  it("does not disturb an input that has no effect here", () => {
    const { make } = cloud();
    const { outputs } = make("aws:codeartifact/domain:Domain", { domain: "d" }, "packages");
    assert.match(String(outputs.createdTime), /^unknown-output-/);
    assert.doesNotThrow(() =>
      make("aws:lambda/function:Function", { runtime: "nodejs24.x", description: outputs.createdTime }),
    );
  });

  it("does not disturb a part of an input that has no effect here either, while the part beside it that is served refuses it", () => {
    const { make, provider } = cloud();
    const { outputs } = make("aws:pinpoint/app:App", {}, "metrics");
    const analyticsConfiguration = { applicationId: outputs.applicationId };
    const client = "aws:cognito/userPoolClient:UserPoolClient";
    assert.doesNotThrow(() => make(client, { userPoolId: "p", analyticsConfiguration }));
    const unknown = (property: string) => [{ property, from: [], because: undefined }];
    const resource = { type: client, name: "x", urn: "u", provider: "", inputs: { userPoolId: "p" } };
    assert.doesNotThrow(() =>
      provider.create({ ...resource, unknown: unknown("analyticsConfiguration.applicationId") }),
    );
    const tokenValidityUnits = { idToken: outputs.applicationId };
    assert.throws(
      () => make(client, { userPoolId: "p", tokenValidityUnits }),
      /^ResourceProblem: tokenValidityUnits\./,
    );
    assert.throws(
      () => provider.create({ ...resource, unknown: unknown("tokenValidityUnits.idToken") }),
      /tokenValidityUnits\.idToken is made of an output that the local cloud cannot know/,
    );
  });

  it("is refused as the argument of a function", () => {
    const { make, invoke } = cloud();
    const { outputs } = make("aws:codeartifact/domain:Domain", { domain: "d" }, "packages");
    assert.throws(
      () => invoke("aws:index/getArn:getArn", { arn: outputs.createdTime }),
      /The call of aws:index\/getArn:getArn reads createdTime/,
    );
  });

  it("is what demo-auth.local.yaml gives", () => {
    const directory = temporaryProject({
      "demo-auth.local.yaml": 'outputs: { jobs: { instances: [{ consoleUrl: "http://localhost:8161" }] } }\n',
    });
    const { outputs } = cloud(readLocalValues(directory)).make(broker, {}, "jobs");
    assert.deepEqual(outputs.instances, [{ consoleUrl: "http://localhost:8161" }]);
  });

  it("is named in the report of a program that died of it, when no text could stand in", () => {
    const { make, provider } = cloud();
    make("aws:codeartifact/domain:Domain", { domain: "d" }, "packages");
    for (const message of ["Error: other", "TypeError: Cannot use 'in' operator to search for 'a' in false"]) {
      assert.equal(provider.explain!([{ message }]), undefined);
    }
    const dead =
      "Running program 'index.js' failed:\nTypeError: Cannot read properties of undefined (reading 'length')";
    assert.equal(
      provider.explain!([{ message: dead }]),
      'Perhaps the program reads an output that only AWS knows and that is undefined here: repositoryCount of aws:codeartifact/domain:Domain "packages". Give values in demo-auth.local.yaml, under outputs and the resource\'s name.',
    );
  });

  it("is one of the few that such a report names, of however many", () => {
    const { make, provider } = cloud();
    for (const name of ["a", "b", "c", "d", "e", "f", "g"])
      make("aws:codeartifact/domain:Domain", { domain: name }, name);
    assert.match(provider.explain!([{ message: "TypeError: x is not iterable" }])!, /Domain "e" and 2 more\. Give/);
  });

  it("is named in the report of a program that died of its placeholder, whole or cut off", () => {
    const { make, provider } = cloud();
    const { outputs } = make("aws:codeartifact/domain:Domain", { domain: "d" }, "packages");
    const cutOff = `SyntaxError: Unexpected token 'u', "${String(outputs.createdTime).slice(0, 10)}"... is not valid JSON`;
    for (const message of [cutOff, `Error: no date: ${outputs.createdTime}`]) {
      assert.match(
        provider.explain!([{ message }])!,
        /^The program reads a text that only AWS knows, and found a placeholder for it, .*createdTime of aws:codeartifact\/domain:Domain "packages"/,
      );
    }
  });

  it("is shown to people as what it stands for", () => {
    const { make, provider } = cloud();
    const { outputs } = make("aws:codeartifact/domain:Domain", { domain: "d" }, "packages");
    const { unknownOutputs } = JSON.parse(JSON.stringify(provider.notes!()));
    const shown = new UnknownOutputs(unknownOutputs).describe({ at: [`since ${outputs.createdTime}`] });
    assert.deepEqual(shown, { at: ["since [known only on AWS: aws:codeartifact/domain:Domain packages.createdTime]"] });
  });
});

describe("a function that looks something up", () => {
  it("answers with the arguments and made-up ids of AWS's form, and is listed", () => {
    const { invoke, provider } = cloud();
    const zone = invoke("aws:route53/getZone:getZone", { name: "example.com" });
    assert.match(String(zone.zoneId), /^Z[0-9A-Z]{20}$/);
    assert.deepEqual([zone.name, (zone.nameServers as string[]).length], ["example.com", 4]);
    const ami = invoke("aws:ec2/getAmi:getAmi", { owners: ["amazon"], mostRecent: true });
    assert.match(String(ami.id), /^ami-0[0-9a-f]{16}$/);
    assert.equal(ami.imageId, ami.id);
    assert.equal(invoke("aws:ec2/getVpc:getVpc", { id: "vpc-1" }).arn, `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/vpc-1`);
    assert.equal(
      invoke("aws:iam/getPolicy:getPolicy", { arn: "arn:aws:iam::aws:policy/X" }).arn,
      "arn:aws:iam::aws:policy/X",
    );
    assert.match(
      String(invoke("aws:acm/getCertificate:getCertificate", { domain: "a.example" }).arn),
      /:certificate\/[0-9a-f-]{36}$/,
    );
    assert.deepEqual(provider.notes!().madeUp[0], {
      ...{ type: "aws:route53/getZone:getZone", name: "example.com" },
      reason: "made up: nothing of a real account is known",
    });
    assert.equal(provider.notes!().madeUp.length, 5);
  });

  it("knows what a new role has and what it does not have, and nothing of one that exists", () => {
    const { make, get } = cloud();
    const { outputs } = make("aws:iam/role:Role", { name: "r", maxSessionDuration: 7200 });
    assert.deepEqual([outputs.managedPolicyArns, outputs.inlinePolicies], [[], []]);
    assert.deepEqual([outputs.maxSessionDuration, outputs.forceDetachPolicies], [7200, false]);
    assert.notDeepEqual(get("aws:iam/role:Role", "admin").managedPolicyArns, []);
  });

  it("finds what the program itself declares", () => {
    const { invoke, make, provider } = cloud();
    const role = make("aws:iam/role:Role", { name: "r", description: "mine" });
    assert.deepEqual(invoke("aws:iam/getRole:getRole", { name: "r" }).arn, role.outputs.arn);
    assert.deepEqual(provider.notes!().madeUp, []);
  });

  it("[H.1] finds parameters and secrets of the program, and gives others ARNs of AWS's form", () => {
    const { invoke, make } = cloud();
    const [ssm, secrets] = [`arn:aws:ssm:us-east-1:${ACCOUNT}`, `arn:aws:secretsmanager:us-east-1:${ACCOUNT}`];
    make("aws:ssm/parameter:Parameter", { name: "/own", type: "String", value: "v" });
    const secret = make("aws:secretsmanager/secret:Secret", { name: "own" });
    const own = invoke("aws:ssm/getParameter:getParameter", { name: "/own" });
    assert.deepEqual([own.arn, own.value], [`${ssm}:parameter/own`, "v"]);
    assert.equal(invoke("aws:secretsmanager/getSecret:getSecret", { name: "own" }).arn, secret.id);
    assert.equal(invoke("aws:ssm/getParameter:getParameter", { name: "/other" }).arn, `${ssm}:parameter/other`);
    const other = invoke("aws:secretsmanager/getSecret:getSecret", { name: "a/b" });
    assert.match(String(other.arn), new RegExp(`^${secrets}:secret:a/b-[A-Za-z0-9]{6}$`));
    const arn = `${secrets}:secret:a/b-Ab12Cd`;
    assert.equal(invoke("aws:secretsmanager/getSecret:getSecret", { arn }).arn, arn);
  });

  it("has a secret's value from demo-auth.local.yaml, and refuses to make one up for what is served", () => {
    const token = "aws:secretsmanager/getSecretVersion:getSecretVersion";
    const given = cloud({ lookups: { [token]: { "app/key": { secretString: "s3cret" } } } });
    assert.equal(given.invoke(token, { secretId: "app/key" }).secretString, "s3cret");
    assert.ok(!JSON.stringify(given.provider.notes!().madeUp).includes("s3cret"));
    const { invoke, make } = cloud();
    const { secretString } = invoke(token, { secretId: "app/key" });
    const environment = { variables: { KEY: secretString } };
    assert.throws(
      () => make("aws:lambda/function:Function", { runtime: "nodejs24.x", environment }, "f"),
      /reads secretString of aws:secretsmanager\/getSecretVersion:getSecretVersion "app\/key".*\nlookups:\n {2}"aws:secretsmanager\/getSecretVersion:getSecretVersion":\n {4}"app\/key": \{ secretString: "…" \}/s,
    );
  });

  it("answers truly what is no secret of an account", () => {
    const { invoke } = cloud();
    assert.deepEqual(invoke("aws:index/getDefaultTags:getDefaultTags", {}).tags, { team: "orders" });
    const { partition, service, region, account, resource } = invoke("aws:index/getArn:getArn", {
      arn: "arn:aws:rds:eu-west-1:123456789012:db:mysql-db",
    });
    assert.deepEqual(
      [partition, service, region, account, resource],
      ["aws", "rds", "eu-west-1", "123456789012", "db:mysql-db"],
    );
    assert.ok((invoke("aws:index/getRegions:getRegions", {}).names as string[]).includes("eu-west-1"));
    assert.equal(invoke("aws:index/getBillingServiceAccount:getBillingServiceAccount", {}).id, "386209384616");
  });
});

describe("@pulumi/std", () => {
  const computed: [string, Inputs, unknown][] = [
    ["base64encode", { input: "ä" }, "w6Q="],
    ["sha256", { input: "a" }, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
    ["base64sha256", { input: "a" }, "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="],
    ["trim", { input: "--a-b--", cutset: "-" }, "a-b"],
    ["trimsuffix", { input: "a.zip", suffix: ".zip" }, "a"],
    ["urlencode", { input: "a b(1)&c" }, "a+b%281%29%26c"],
    ["replace", { text: "a.b.c", search: ".", replace: "$&" }, "a$&b$&c"],
    ["split", { separator: ",", text: "a,b" }, ["a", "b"]],
    ["distinct", { input: ["a", "b", "a"] }, ["a", "b"]],
    ["merge", { input: [{ a: 1 }, { a: 2, b: 3 }] }, { a: 2, b: 3 }],
    ["max", { input: [1, 3, 2] }, 3],
  ];
  it("computes what needs nothing but its arguments", () => {
    for (const [name, args, result] of computed) {
      assert.deepEqual(cloud().invoke(`std:index:${name}`, args), { result }, name);
    }
  });

  it("reads files of the program, from its working directory, and reports which", () => {
    const directory = temporaryProject({ "code.zip": "a" });
    const read: string[] = [];
    const provider = awsProvider("us-east-1", { files: { directory, onRead: (path) => read.push(path) } });
    const answer = (name: string, input: string) => provider.invoke(`std:index:${name}`, { input }).result;
    const names = ["file", "filebase64", "filebase64sha256", "filemd5"];
    assert.deepEqual(
      names.map((name) => answer(name, "./code.zip")),
      ["a", "YQ==", "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=", "0cc175b9c0f1b6a831c399e269772661"],
    );
    assert.deepEqual([answer("fileexists", "code.zip"), answer("fileexists", "none")], [true, false]);
    assert.deepEqual(new Set(read), new Set([join(directory, "code.zip"), join(directory, "none")]));
    assert.throws(() => answer("file", "none"), /std:index:file cannot read .*none: ENOENT/);
  });

  it("points to the plugin only where the plugin could answer: not for a file that is missing", async () => {
    const failure = async (name: string) => {
      const program = `exports.result = pulumi.runtime.invoke("std:index:${name}", { input: "none" });`;
      return graphOf(program).then(String, (error: Error) => error.message);
    };
    const missing = await failure("file");
    assert.match(missing, /std:index:file cannot read .*none: ENOENT/);
    assert.doesNotMatch(missing, /plugin would/);
    assert.match(
      await failure("bcrypt"),
      /no answer to std:index:bcrypt.* As a plugin would answer it: .*pulumi plugin install resource std/,
    );
  }).timeout(20_000);

  it("says of a function that it does not compute that there is no answer", () => {
    assert.throws(() => cloud().invoke("std:index:bcrypt", { input: "x" }), /has no answer to std:index:bcrypt/);
  });
});

describe("getPolicyDocument", () => {
  const document = (args: Inputs) =>
    JSON.parse(String(cloud().invoke("aws:iam/getPolicyDocument:getPolicyDocument", args).json));
  const policy = (...statements: Inputs[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const sids = ({ Statement }: { Statement: { Sid?: string; Effect: string }[] }) =>
    Statement.map(({ Sid, Effect }) => [Sid, Effect]);

  it("puts source policies first, and replaces statements of the same Sid by its own and these by the overrides", () => {
    const made = document({
      sourcePolicyDocuments: [policy({ Sid: "a", Effect: "Allow" }, { Sid: "b", Effect: "Allow" })],
      statements: [{ sid: "b", effect: "Deny" }, { effect: "Allow" }, { sid: "c" }],
      overridePolicyDocuments: [policy({ Sid: "c", Effect: "Deny" }, { Sid: "d", Effect: "Allow" })],
    });
    assert.deepEqual(sids(made), [
      ["a", "Allow"],
      ["b", "Deny"],
      [undefined, "Allow"],
      ["c", "Deny"],
      ["d", "Allow"],
    ]);
  });

  it("refuses two source statements of one Sid, and a source that is not JSON", () => {
    const twice = [policy({ Sid: "a", Effect: "Allow" }), policy({ Sid: "a", Effect: "Deny" })];
    assert.throws(() => document({ sourcePolicyDocuments: twice }), /duplicate Sid \(a\)/);
    assert.throws(() => document({ overridePolicyDocuments: ["{"] }), /overridePolicyDocuments is not JSON/);
  });

  it("writes a single item by itself, and IAM's own variables", () => {
    const made = document({
      statements: [
        {
          ...{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::b/&{aws:username}/*", "arn:aws:s3:::b"] },
          principals: [{ type: "AWS", identifiers: ["*"] }],
          conditions: [{ test: "StringEquals", variable: "aws:x", values: ["1"] }],
        },
      ],
    });
    assert.deepEqual(made.Statement, [
      {
        ...{ Effect: "Allow", Action: "s3:GetObject", Principal: { AWS: "*" } },
        Resource: ["arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b"],
        Condition: { StringEquals: { "aws:x": "1" } },
      },
    ]);
  });
});
