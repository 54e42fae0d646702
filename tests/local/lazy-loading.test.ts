/** What a cloud loads only for a program that declares it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { repository } from "../support/shell.ts";

/** Below the repository. */
const FOR_SOME_PROGRAMS = {
  "HTTP APIs": "local/apigateway/http/",
  "function URLs": "local/apigateway/function-url/",
  "the OpenID client": "node_modules/openid-client/",
  "what checks passkeys": "node_modules/@simplewebauthn/server/",
  tables: "local/dynamodb/",
  "parameters and secrets": "local/parameters/",
  "DynamoDB's operations": "node_modules/dynalite/",
  LevelDB: "node_modules/memory-level/",
  "hashes of random passwords": "node_modules/bcryptjs/",
  "names of random pets": "node_modules/unique-names-generator/",
  certificates: "local/http/certificates.ts",
  "objects of S3": "local/s3/",
  "GetObject integrations": "local/apigateway/rest/integrations/get-object.ts",
};

const START = `
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
const { startLocalCloud } = await import(process.env.START);
const { DIRECTORY: projectDirectory } = process.env;
const cloud = await startLocalCloud({ projectDirectory, stack: "dev", port: 0, stateDirectory: undefined, environment: process.env });
await fetch(cloud.ready.console);
await cloud.close();
process.stdout.write(JSON.stringify([...loaded]));
`;

async function partsLoadedBy(fixture: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", START], {
    maxBuffer: 16 * 1024 * 1024,
    env: {
      ...process.env,
      DIRECTORY: join(repository, "tests/fixtures", fixture),
      START: join(repository, "local/start.ts"),
      BACKEND: "http://127.0.0.1:1",
    },
  });
  const loaded = JSON.parse(stdout) as string[];
  assert.ok(
    loaded.some((url) => url.endsWith("/local/apigateway/rest/rest-api-listener.ts")),
    "nothing was recorded",
  );
  const parts = Object.entries(FOR_SOME_PROGRAMS);
  return parts.filter(([, path]) => loaded.some((url) => url.includes(`/${path}`))).map(([part]) => part);
}

describe("what a cloud loads", function () {
  this.timeout(120_000);

  it("is there to be loaded", () => {
    for (const path of Object.values(FOR_SOME_PROGRAMS)) assert.ok(existsSync(join(repository, path)), path);
  });

  it("is nothing of HTTP APIs, tables, parameters, objects, providers or random values for a program without them", async () => {
    assert.deepEqual(await partsLoadedBy("plain-javascript"), []);
  });

  it("is what a program declares, and nothing more", async () => {
    const tables = ["tables", "DynamoDB's operations", "LevelDB"];
    assert.deepEqual(await partsLoadedBy("table"), tables);
    assert.deepEqual(await partsLoadedBy("parameters"), ["HTTP APIs", "function URLs", "parameters and secrets"]);
    assert.deepEqual(await partsLoadedBy("http-api"), ["HTTP APIs"]);
    assert.deepEqual(await partsLoadedBy("triggers"), []);
    // The integration itself is loaded for the first request.
    assert.deepEqual(await partsLoadedBy("static-routes"), ["objects of S3"]);
  });
});
