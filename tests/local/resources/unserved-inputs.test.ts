/** A program that sets every input that is not served, once: each stands in the ready line, by type, name and property. */
import assert from "node:assert/strict";
import { RESOURCE_TYPES } from "../../../local/resources/aws.ts";
import type { AnyContract } from "../../../local/resources/contract.ts";
import { startLocalCloud } from "../../../local/start.ts";
import { temporaryProject } from "../../support/temporary.ts";

type Inputs = Record<string, unknown>;

/** The id of another resource of the program. */
const idOf = (resource: string) => ({ $idOf: resource });

/** What the others belong to, set on each type that has such an input. */
const BELONGS_TO: Inputs = {
  userPoolId: idOf("pool"),
  clientId: idOf("client"),
  restApi: idOf("api"),
  restApiId: idOf("api"),
  resourceId: idOf("resource"),
  apiId: idOf("http"),
  function: idOf("function"),
  functionName: idOf("function"),
  identityPoolId: idOf("identities"),
};
const pool = { userPoolId: idOf("pool") };
const FOUNDATION: { type: string; name: string; inputs: Inputs }[] = [
  { type: "aws:cognito/userPool:UserPool", name: "pool", inputs: {} },
  { type: "aws:cognito/userPoolClient:UserPoolClient", name: "client", inputs: pool },
  { type: "aws:cognito/identityPool:IdentityPool", name: "identities", inputs: { identityPoolName: "identities" } },
  { type: "aws:apigateway/restApi:RestApi", name: "api", inputs: {} },
  {
    type: "aws:apigateway/resource:Resource",
    name: "resource",
    inputs: { restApi: idOf("api"), parentId: { $outputOf: "api", property: "rootResourceId" }, pathPart: "items" },
  },
  {
    type: "aws:apigateway/method:Method",
    name: "method",
    inputs: { restApi: idOf("api"), resourceId: idOf("resource"), httpMethod: "GET", authorization: "NONE" },
  },
  { type: "aws:apigatewayv2/api:Api", name: "http", inputs: { protocolType: "HTTP" } },
  {
    type: "aws:lambda/function:Function",
    name: "function",
    inputs: { runtime: "python3.13", handler: "a.b", role: "arn:aws:iam::123456789012:role/r", packageType: "Zip" },
  },
];

/** What a type is refused without, or with another value than the text `set`. */
const REQUIRED: Record<string, Inputs> = {
  "aws:cognito/userPool:UserPool": { userPoolTier: "PLUS" },
  "aws:cognito/user:User": { username: "ada" },
  "aws:cognito/identityProvider:IdentityProvider": {
    providerName: "Corp",
    providerType: "SAML",
    providerDetails: { MetadataURL: "https://corp.example/metadata" },
  },
  "aws:apigateway/integration:Integration": { httpMethod: "GET", type: "MOCK" },
  "aws:apigateway/restApiPut:RestApiPut": { body: '{ "openapi": "3.0.1", "paths": {} }' },
  "aws:apigatewayv2/route:Route": { routeKey: "GET /items" },
  "aws:ssm/parameter:Parameter": { name: "/set", type: "String", value: "v" },
  "aws:dynamodb/table:Table": {
    billingMode: "PAY_PER_REQUEST",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
  },
};

interface Unserved {
  property: string;
  path: string[];
}

function unservedPaths(contract: AnyContract, path: string[] = []): Unserved[] {
  return Object.entries(contract).flatMap(([name, treatment]) => {
    const own = [...path, name];
    if ("parts" in treatment) return unservedPaths(treatment.parts, own);
    return treatment.kind === "not served" ? [{ property: own.join("."), path: own }] : [];
  });
}

function setAt(inputs: Inputs, [name = "", ...rest]: string[]): void {
  if (rest.length === 0) {
    inputs[name] ??= "set";
    return;
  }
  const nested = typeof inputs[name] === "object" && inputs[name] !== null ? (inputs[name] as Inputs) : {};
  inputs[name] = nested;
  setAt(nested, rest);
}

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const made = {};
const resolved = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? "$idOf" in value ? made[value.$idOf].id
    : "$outputOf" in value ? made[value.$outputOf][value.property]
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]))
    : value;
for (const { type, name, inputs } of require("./resources.json")) made[name] = new pulumi.CustomResource(type, name, { rootResourceId: undefined, ...resolved(inputs) });
`;

describe("every input that is not served", function () {
  this.timeout(60_000);

  it("is named when a program sets it, with why", async () => {
    const expected: { type: string; name: string; property: string }[] = [];
    const resources = [...FOUNDATION];
    for (const { type, inputs: contract = {}, older } of RESOURCE_TYPES) {
      const unserved = unservedPaths({ ...contract, ...older });
      if (unserved.length === 0) continue;
      const belonging = Object.entries(BELONGS_TO).filter(([name]) => Object.hasOwn(contract, name));
      const inputs = structuredClone({ ...Object.fromEntries(belonging), ...REQUIRED[type] });
      const name = type.replaceAll(/[:/]/g, "-");
      for (const { path, property } of unserved) {
        setAt(inputs, path);
        expected.push({ type, name, property });
      }
      resources.push({ type, name, inputs });
    }
    const projectDirectory = temporaryProject({
      "Pulumi.yaml": "name: everything\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "main": "index.js" }',
      "index.js": PROGRAM,
      "resources.json": JSON.stringify(resources),
    });
    const cloud = await startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
      projectDirectory,
    });
    try {
      const listed = cloud.ready.declaredNotEmulated;
      const unnamed = expected.filter(
        ({ name, property }) =>
          // A resource that does not run here as a whole is one entry, with its reason.
          !listed.some((entry) => entry.name === name && (entry.property === property || entry.property === undefined)),
      );
      assert.deepEqual(unnamed, []);
      assert.deepEqual(
        listed.filter(({ property, reason }) => property !== undefined && !reason),
        [],
      );
      assert.ok(expected.length > 50, String(expected.length));
    } finally {
      await cloud.close();
    }
  });
});
