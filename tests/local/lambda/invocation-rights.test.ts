/** Which functions may invoke another one, by the policies of the role that they act in. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { type Signing, signedHeaders } from "../../support/signed-request.ts";

const TARGET = "arn:aws:lambda:us-east-1:123456789012:function:target";

describe("a function that invokes another one", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startLocalCloud({
      projectDirectory: join(repository, "tests/fixtures/invocation-rights"),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
    });
  });
  after(() => cloud?.close());

  type Credentials = Pick<Signing, "accessKeyId" | "secretAccessKey" | "sessionToken">;

  async function invoke(name: string, credentials: Credentials) {
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const signing = { ...credentials, host: new URL(cloud.ready.console).host, service: "lambda" };
    const headers = await signedHeaders({ method: "POST", path, body: "{}" }, signing);
    const response = await fetch(cloud.ready.console + path, { method: "POST", headers, body: "{}" });
    const { status, headers: fields } = response;
    return { status, errorType: fields.get("x-amzn-errortype"), body: JSON.parse(await response.text()) };
  }
  /** As this function signs it. */
  async function invokeAs(name: string, invoked = TARGET) {
    const { body } = await invoke(name, cloud.ready.credentials!);
    return {
      ...(await invoke(invoked, body)),
      user: `arn:aws:sts::123456789012:assumed-role/${await roleOf(name)}/${name}`,
    };
  }
  async function roleOf(name: string): Promise<string> {
    const { body } = await invoke(name, cloud.ready.credentials!);
    const [session] = body.sessionToken.split(".");
    return JSON.parse(Buffer.from(session, "base64url").toString())[0];
  }

  for (const name of ["allowed", "allowed-by-aws", "permitted"]) {
    it(`[E.5] may where its role or the function says so: ${name}`, async () => {
      const { status, body } = await invokeAs(name);
      assert.deepEqual([status, body], [200, "reached"]);
    });
  }

  for (const name of ["allowed-under-a-condition", "of-unknown-rights"]) {
    it(`may where it is not known that it may not: ${name}`, async () => {
      const { status, body } = await invokeAs(name);
      assert.deepEqual([status, body], [200, "reached"]);
    });
  }

  for (const name of ["not-allowed", "allowed-others"]) {
    it(`[E.5] may not where no policy of its role allows it: ${name}`, async () => {
      for (const invoked of [TARGET, `${TARGET}:live`, "arn:aws:lambda:us-east-1:123456789012:function:nobody"]) {
        const { status, errorType, body, user } = await invokeAs(name, invoked);
        const Message = `User: ${user} is not authorized to perform: lambda:InvokeFunction on resource: ${invoked} because no identity-based policy allows the lambda:InvokeFunction action`;
        assert.deepEqual([status, errorType, body], [403, "AccessDeniedException", { Message }]);
      }
    });
  }

  it("[E.5] may not where a policy of its role denies it, whatever else allows it", async () => {
    const { status, errorType, body, user } = await invokeAs("denied");
    const Message = `User: ${user} is not authorized to perform: lambda:InvokeFunction on resource: ${TARGET} with an explicit deny in an identity-based policy`;
    assert.deepEqual([status, errorType, body], [403, "AccessDeniedException", { Message }]);
  });
});
