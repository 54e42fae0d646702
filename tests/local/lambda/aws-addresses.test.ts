/** Where a function finds Cognito, the AWS SDK and whatever else it speaks to on AWS. */
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { type DeployedTestFunction, deploy } from "./function-harness.ts";

const root = join(import.meta.dirname, "../../..");
const POOL = "us-east-1_AbCdEfGhI";
const AWS_ISSUER = `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`;
const CLIENT = "1234567890abcdefghijklmnop";

describe("what a function finds of AWS", function () {
  this.timeout(30_000);
  let server: Server;
  let origin: string;
  let token: string;
  const heard: IncomingMessage[] = [];

  before(async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" }] };
    server = createServer((request, response) => {
      heard.push(request);
      const isApi = request.method === "POST";
      response.setHeader("content-type", isApi ? "application/x-amz-json-1.1" : "application/json");
      response.end(JSON.stringify(isApi ? { UserStatus: "CONFIRMED", Username: "ada" } : jwks));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const claims = { token_use: "id", sub: "ada", iss: `${origin}/${POOL}`, aud: CLIENT, exp };
    // As Cognito spells its tokens.
    const payload = JSON.stringify(claims).replaceAll("/", "\\/");
    token = await new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: "RS256", kid: "k" }).sign(privateKey);
  });
  beforeEach(() => void heard.splice(0));
  after(() => void server.close());

  /** Deploys the code as the local cloud does. */
  const deployed = (code: string, variables: Record<string, string> = {}) =>
    deploy(
      code,
      { timeoutSeconds: 20, memorySizeMb: 256 },
      {
        packagesDirectory: root,
        identityProvider: { origin, issuers: { [AWS_ISSUER]: `${origin}/${POOL}` } },
        variables: { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: origin, ...variables },
      },
    );
  const bundle = (code: string) =>
    buildSync({
      stdin: { contents: code, resolveDir: root },
      ...{ bundle: true, platform: "node", format: "cjs", minify: true, write: false },
    }).outputFiles[0]!.text;

  const VERIFY = `import { CognitoJwtVerifier } from "aws-jwt-verify";
    const verifier = CognitoJwtVerifier.create({ userPoolId: "${POOL}", tokenUse: "id", clientId: "${CLIENT}" });
    export const handler = async ({ token }) => {
      try { return (await verifier.verify(token)).iss; } catch (error) { return error.message; }
    };`;

  it("[E.6] lets aws-jwt-verify in a bundle verify a local token, and no forged one", async () => {
    await using demo = deployed(bundle(VERIFY));
    assert.equal(JSON.parse((await demo.invoke({ token })).payload), AWS_ISSUER);
    assert.deepEqual(
      heard.map(({ url }) => url),
      [`/${POOL}/.well-known/jwks.json`],
    );
    const forged = `${token.slice(0, -6)}AAAAAA`;
    assert.equal(JSON.parse((await demo.invoke({ token: forged })).payload), "Invalid signature");
  });

  it("lets aws-jwt-verify in the archive's own node_modules do the same", async () => {
    await using demo = deployed(
      `const { CognitoJwtVerifier } = require("aws-jwt-verify");
      const verifier = CognitoJwtVerifier.create({ userPoolId: "${POOL}", tokenUse: "id", clientId: "${CLIENT}" });
      exports.handler = async ({ token }) => (await verifier.verify(token)).sub;`,
    );
    const folder = join(demo.model.codeDirectory, "node_modules/aws-jwt-verify");
    cpSync(join(root, "node_modules/aws-jwt-verify"), folder, { recursive: true });
    assert.equal((await demo.invoke({ token })).payload, '"ada"');
    rmSync(folder, { recursive: true });
  });

  it("lets jose do the same, which fetches the keys", async () => {
    await using demo = deployed(
      bundle(`import { createRemoteJWKSet, jwtVerify } from "jose";
        const keys = createRemoteJWKSet(new URL("${AWS_ISSUER}/.well-known/jwks.json"));
        export const handler = async ({ token }) => (await jwtVerify(token, keys, { issuer: "${AWS_ISSUER}" })).payload.iss;`),
    );
    assert.equal(JSON.parse((await demo.invoke({ token })).payload), AWS_ISSUER);
  });

  it("shows the issuer of an event's claims as AWS does, and leaves other texts alone", async () => {
    await using demo = deployed(`exports.handler = async (event) => event;`);
    const issuer = `${origin}/${POOL}`;
    const event = { claims: { iss: issuer }, text: `from ${issuer}`, body: JSON.stringify({ iss: issuer }) };
    assert.deepEqual(JSON.parse((await demo.invoke(event)).payload), { ...event, claims: { iss: AWS_ISSUER } });
  });

  it("[E.4] brings the AWS SDK along without a bundle, and sends its calls to the local pool", async () => {
    const code = `const { AdminGetUserCommand, CognitoIdentityProviderClient } = require("@aws-sdk/client-cognito-identity-provider");
      const client = new CognitoIdentityProviderClient({ maxAttempts: 1 });
      exports.handler = async () => (await client.send(new AdminGetUserCommand({ UserPoolId: "${POOL}", Username: "ada" }))).UserStatus;`;
    await using demo = deployed(code);
    assert.equal((await demo.invoke()).payload, '"CONFIRMED"');
    assert.equal(heard[0]!.headers["x-amz-target"], "AWSCognitoIdentityProviderService.AdminGetUser");
    await using bundled = deployed(bundle(code));
    assert.equal((await bundled.invoke()).payload, '"CONFIRMED"');
  });

  it("brings it along for an ES module too", async () => {
    await using demo = deploy(
      {
        "index.mjs": `import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
          export const handler = async () => typeof CognitoIdentityProviderClient;`,
      },
      { timeoutSeconds: 20, memorySizeMb: 256 },
      { packagesDirectory: root },
    );
    assert.equal((await demo.invoke()).payload, '"function"');
  });

  it("names a client of the SDK that the project has not installed, with the command", async () => {
    await using demo = deployed(`require("@aws-sdk/client-nobody"); exports.handler = async () => 1;`);
    const { errorType, errorMessage } = JSON.parse((await demo.invoke()).payload);
    assert.equal(errorType, "Runtime.ImportModuleError");
    assert.match(errorMessage, /npm install --save-dev @aws-sdk\/client-nobody/);
  });

  const QUEUES = "sqs.us-east-1.amazonaws.com";
  const signed = (key: string, service = "sqs") =>
    `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
  /** Tells how the function's calls ended; nobody listens where they would go. */
  const CALLS = `
    const https = require("node:https");
    const tried = (send) => new Promise((resolve) => {
      const lookup = (_host, options, done) => options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
      send({ lookup, port: 1, method: "POST" }).on("error", (error) => resolve(error.code)).end("{}");
    });
    exports.handler = async ({ authorization, presigned }) => {
      const headers = { Authorization: authorization, "X-Amz-Target": "AmazonSQS.SendMessage" };
      const path = presigned ?? "/";
      const given = presigned ? {} : { headers };
      return {
        options: await tried((more) => https.request({ host: "${QUEUES}", path, ...given, ...more })),
        url: await tried((more) => https.request(new URL("https://${QUEUES}" + path), { ...given, ...more })),
        fetched: await fetch("https://${QUEUES}:1" + path, { method: "POST", ...given }).then(String, (error) => error.code ?? error.name),
      };
    };`;

  const refusals = ({ platform }: DeployedTestFunction) =>
    platform.events.flatMap((event) => {
      if (event.kind !== "aws-api") return [];
      const { at: _, ...told } = event;
      return [told];
    });

  it("keeps calls to services that do not run here on this machine, and says so", async () => {
    await using demo = deployed(CALLS);
    const authorization = signed("ASIALOCALABCDEFGHIJK");
    const kept = { options: "NotServedByLocalCloud", url: "NotServedByLocalCloud", fetched: "NotServedByLocalCloud" };
    assert.deepEqual(JSON.parse((await demo.invoke({ authorization })).payload), kept);
    const why = `Demo sent SendMessage to sqs (${QUEUES}), which does not run here. Start the local cloud with --aws-endpoint URL to send such calls to an emulator.`;
    const refused = {
      kind: "aws-api",
      service: "sqs",
      operation: "SendMessage",
      outcome: "NotServedByLocalCloud",
      reason: why,
    };
    assert.deepEqual(refusals(demo), [refused, refused, refused]);
    const presigned = `/?X-Amz-Credential=${encodeURIComponent("ASIALOCALABCDEFGHIJK/20260101/us-east-1/sqs/aws4_request")}&X-Amz-Signature=00`;
    assert.deepEqual(JSON.parse((await demo.invoke({ presigned })).payload), kept);
  });

  it("leaves calls with credentials that are not of this cloud alone", async () => {
    await using demo = deployed(CALLS);
    const { options, url } = JSON.parse((await demo.invoke({ authorization: signed("AKIAIOSFODNN7EXAMPLE") })).payload);
    assert.deepEqual([options, url], ["ECONNREFUSED", "ECONNREFUSED"]);
    assert.deepEqual(refusals(demo), []);
  });

  it("tells a client of the AWS SDK at once what does not run here, or where it runs", async () => {
    const code = `const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
      exports.handler = async ({ endpoint }) => {
        const client = new DynamoDBClient(endpoint ? { endpoint } : {});
        return client.send(new ListTablesCommand({})).catch(({ name, message, $metadata }) => [name, message, $metadata.attempts]);
      };`;
    const host = "dynamodb.us-east-1.amazonaws.com";
    await using demo = deployed(code);
    assert.deepEqual(JSON.parse((await demo.invoke()).payload), [
      "NotServedByLocalCloud",
      `Demo sent ListTables to dynamodb (${host}), which does not run here. Start the local cloud with --aws-endpoint URL to send such calls to an emulator.`,
      1,
    ]);
  });

  it("sends what an SDK without endpoints in the environment sends to AWS to where the service is served", async () => {
    const host = "dynamodb.us-east-1.amazonaws.com";
    const sending = `const https = require("node:https");
      const headers = { Authorization: "${signed("ASIALOCALABCDEFGHIJK", "dynamodb")}", "X-Amz-Target": "DynamoDB_20120810.ListTables" };
      exports.handler = async () => {
        await new Promise((resolve, reject) => https.request({ host: "${host}", method: "POST", headers }, (response) => response.resume().on("end", resolve)).on("error", reject).end("{}"));
        await fetch("https://${host}/", { method: "POST", headers, body: "{}" });
      };`;
    for (const variable of ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"]) {
      heard.splice(0);
      await using demo = deployed(sending, { [variable]: origin });
      assert.equal((await demo.invoke()).payload, "null");
      const seen = heard.map(({ method, url, headers }) => [
        method,
        url,
        headers.host,
        headers["x-demo-auth-signed-host"],
      ]);
      assert.deepEqual(
        seen,
        [1, 2].map(() => ["POST", "/", new URL(origin).host, host]),
      );
    }
  });

  it("has an emulator's address for other services, unless the function names its own", async () => {
    const endpoint = { AWS_ENDPOINT_URL: "http://localhost:4566" };
    await using demo = deployed(`exports.handler = async () => process.env.AWS_ENDPOINT_URL;`, endpoint);
    assert.equal((await demo.invoke()).payload, '"http://localhost:4566"');
  });
});
