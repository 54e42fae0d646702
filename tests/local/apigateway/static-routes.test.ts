/**
 * Integrations of REST APIs with GetObject of S3, for objects that the program uploads. Where a test names a recording, AWS
 * answered so (LocalStack's validated snapshots).
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { IntegrationResponseModel } from "../../../local/model.ts";
import type { ApiRequestEvent, CloudEvent } from "../../../local/platform.ts";
import { uploadedObjects } from "../../../local/s3/uploaded-objects.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { temporaryProject } from "../../support/temporary.ts";
import { recordedPlatform } from "../lambda/recorded-platform.ts";
import { startApi } from "./api-harness.ts";
import { lambdaProxy, method, resources } from "./models.ts";

const FIXTURE = join(repository, "tests/fixtures/static-routes");

describe("static routes", function () {
  this.timeout(60_000);
  const events: CloudEvent[] = [];
  let cloud: LocalCloud;

  before(async () => {
    cloud = await startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env, projectDirectory: FIXTURE },
      onEvent: (event) => events.push(event),
    });
  });
  after(() => cloud?.close());

  const send = (api: string, path: string, options: RequestInit = {}) => {
    const { url } = cloud.ready.apis.find(({ name }) => name === api)!.stages[0]!;
    return fetch(`${url}${path}`, options);
  };
  const lastReason = () =>
    events.filter((event): event is ApiRequestEvent => event.kind === "api-request").at(-1)!.reason;

  it("[D.6] of an OpenAPI document send the files that the program uploads, with their types", async () => {
    for (const [path, file, type] of [
      ["/", "index.html", "text/html"],
      ["/index.html", "index.html", "text/html"],
      ["/logo.png", "logo.png", "image/png"],
      ["/docs/a%20b.css", "docs/a b.css", "text/css"],
    ] as const) {
      const response = await send("site", path);
      assert.deepEqual([response.status, response.headers.get("content-type")], [200, type], path);
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), readFileSync(join(FIXTURE, "site", file)), path);
    }
  });

  it("[D.6] send what the program gives as text, as base64 and as a text asset", async () => {
    assert.equal(await (await send("site", "/plain.txt")).text(), "from the program");
    assert.deepEqual(Buffer.from(await (await send("site", "/bytes")).arrayBuffer()), Buffer.from([0xff, 0xfe]));
    const asset = await send("site", "/text");
    assert.deepEqual(
      [await asset.text(), asset.headers.get("content-type")],
      ["a text asset", "application/octet-stream"],
    );
  });

  it("[D.6] have the object's fields to map, and the overrides of the answer", async () => {
    const plain = await send("by-hand", "/plain.txt");
    const etag = `"${createHash("md5").update("from the program").digest("hex")}"`;
    assert.deepEqual(
      ["etag", "x-length", "cache-control", "x-amz-meta-author"].map((name) => plain.headers.get(name)),
      [etag, "16", "max-age=60", "ada"],
    );
    const html = await send("by-hand", "/index.html", { headers: { "response-content-type": "text/plain" } });
    assert.equal(html.headers.get("content-type"), "text/plain");
    const { mtime } = statSync(join(FIXTURE, "site/index.html"));
    assert.equal(html.headers.get("last-modified"), mtime.toUTCString());
  });

  it("[D.6] answer HEAD without a body, by HeadObject where the method is the client's", async () => {
    const head = await send("by-hand", "/plain.txt", { method: "HEAD" });
    assert.deepEqual([head.status, head.headers.get("x-length"), await head.text()], [200, "16", ""]);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
  it("[D.6] are sent only under the conditions that are mapped onto the request", async () => {
    const first = await send("by-hand", "/index.html");
    const [etag, modified] = [first.headers.get("etag")!, first.headers.get("last-modified")!];
    const [before, after] = ["Thu, 01 Jan 2015 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"];
    const cases: [headers: Record<string, string>, status: number][] = [
      [{ "if-none-match": etag }, 304],
      [{ "if-none-match": `"other", ${etag}` }, 304],
      [{ "if-none-match": '"other"', "if-modified-since": after }, 200],
      [{ "if-modified-since": modified }, 304],
      [{ "if-modified-since": before }, 200],
      [{ "if-modified-since": "yesterday" }, 200],
      [{ "if-match": etag, "if-unmodified-since": before }, 200],
      [{ "if-match": '"other"' }, 412],
      [{ "if-unmodified-since": before }, 412],
      [{ "if-unmodified-since": modified }, 200],
    ];
    for (const [headers, status] of cases) {
      const response = await send("by-hand", "/index.html", { headers });
      assert.equal(response.status, status, JSON.stringify(headers));
      const body = await response.text();
      if (status === 304) assert.equal(body, "");
      if (status === 412) assert.match(body, /<Code>PreconditionFailed<\/Code>/);
    }
  });

  // Recorded on AWS: test_apigateway_s3_any, 2025-01
  it("[D.6] answer for a key that nothing was uploaded to with S3's NoSuchKey, by the response for its status", async () => {
    const missing = await send("by-hand", "/none & more", {});
    assert.deepEqual([missing.status, missing.headers.get("content-type")], [404, "application/xml"]);
    assert.match(
      await missing.text(),
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist.<\/Message><Key>site\/none &amp; more<\/Key><RequestId>[0-9A-F]{16}<\/RequestId><HostId>[\w+/=]{76}<\/HostId><\/Error>$/,
    );
    assert.match(lastReason()!, /^The program uploads no object site\/none & more to the bucket site-[0-9a-f]{7}\.$/);
    assert.equal((await send("site", "/none")).status, 400);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, permissions
  it("[D.6] are refused with AccessDenied what the role's policies do not let it get, and whether a key exists", async () => {
    const asked = async (path: string) => {
      const response = await send("site", path);
      return [response.status, /<Code>(\w+)/.exec(await response.text())?.[1]];
    };
    assert.deepEqual(await asked("/getter/plain.txt"), [200, undefined]);
    assert.deepEqual(await asked("/getter/none"), [403, "AccessDenied"]);
    assert.match(
      lastReason()!,
      /^The program uploads no object site\/none .* lets it s3:ListBucket arn:aws:s3:::site-/,
    );
    assert.deepEqual(await asked("/writer/plain.txt"), [403, "AccessDenied"]);
    assert.match(
      lastReason()!,
      /^No policy of the integration's role .*:role\/writer-\w+ lets it s3:GetObject arn:aws:s3:::/,
    );
  });

  it("are got by a role of which not everything is known, and not past a Deny, whose conditions are not looked at", async () => {
    const status = async (path: string) => (await send("site", path)).status;
    assert.deepEqual(await Promise.all(["/reserved/plain.txt", "/reserved/bytes"].map(status)), [200, 403]);
    assert.deepEqual(
      await Promise.all(["/reserved/text", "/unknown/plain.txt", "/unknown/none"].map(status)),
      [200, 200, 404],
    );
  });

  it("refuse what else of S3 an integration may ask for, and say which", async () => {
    const refused: [api: string, path: string, method: string, reason: RegExp][] = [
      [
        "site",
        "/write/a",
        "PUT",
        /of S3 only GetObject and HeadObject run here, by the path of an object; this is PUT /,
      ],
      ["by-hand", "/plain.txt", "DELETE", /this is DELETE arn:aws:apigateway:us-east-1:s3:path\//],
      ["site", "/unbuilt.js", "GET", /the object's file dist\/unbuilt\.js does not exist; build it first/],
      ["site", "/packed.zip", "GET", /the object is an archive that Pulumi packs/],
      ["site", "/secret", "GET", /a policy of the bucket closed-bucket denies/],
      [
        "site",
        "/without-role",
        "GET",
        /it has no role \(credentials\), and AWS refuses to make an integration with S3 without one/,
      ],
      ["site", "/elsewhere", "GET", /the program neither makes the bucket of-somebody nor uploads to it/],
    ];
    for (const [api, path, method, reason] of refused) {
      const response = await send(api, path, { method });
      assert.deepEqual([response.status, await response.text()], [500, '{"message": "Internal server error"}'], path);
      assert.match(lastReason()!, reason);
    }
    assert.equal((await send("by-hand", "/plain.txt", { headers: { range: "bytes=0-1" } })).status, 500);
    assert.match(lastReason()!, /the header field Range of GetObject is not served/);
  });

  it("are named at the start as far as they are not served", () => {
    const named = cloud.ready.declaredNotEmulated
      .filter(({ type }) => /^aws:s3|:RestApi$|:Integration$/.test(type))
      .map(({ type, name, property, reason }) => [type.split(":")[2], name, property, reason]);
    const bucket = "REST APIs get the objects that the program uploads; nothing else of S3 runs here";
    const called =
      "only Lambda functions, services on this machine and, by REST APIs, GetObject of S3 are called, so requests for it are answered with 500";
    assert.deepEqual(
      named.sort((a, b) => (String(a) < String(b) ? -1 : 1)),
      [
        ["Bucket", "site", undefined, bucket],
        ["Bucket", "unused", undefined, undefined],
        ["BucketObject", "note", undefined, undefined],
        [
          ...["BucketObject", "site/packed.zip", "source"],
          "the object is an archive that Pulumi packs, and nothing packs it here: requests for it are answered with 500",
        ],
        [
          ...["BucketObject", "site/unbuilt.js", "source"],
          "the object's file dist/unbuilt.js does not exist; build it first, or fix its path: requests for it are answered with 500",
        ],
        ["BucketPolicy", "closed", undefined, undefined],
        ["BucketPolicy", "tls", undefined, undefined],
        ["BucketV2", "closed", undefined, bucket],
        [
          ...["BucketV2", "closed", "policy"],
          "a policy of the bucket denies, and policies of buckets are not evaluated here: requests for its objects are answered with 500",
        ],
        ["Integration", "key", "uri", called],
        ["RestApi", "site", "body: x-amazon-apigateway-integration.uri", `${called} (PUT /write/{proxy+})`],
      ],
    );
  });
});

describe("an object behind an integration", () => {
  const raw = gzipSync("compressed data, which is not UTF-8");
  const contents = { raw, encoded: Buffer.from(raw.toString("base64")), text: Buffer.from("this is a text") };
  type Content = keyof typeof contents;
  const utf8 = (content: Content) => contents[content].toString();
  const base64 = (content: Content) => contents[content].toString("base64");

  async function answers(contentHandling: IntegrationResponseModel["contentHandling"], binaryMediaTypes: string[]) {
    const response = { statusCode: "200", selectionPattern: undefined, responseParameters: {}, responseTemplates: {} };
    const integration = lambdaProxy({
      ...{ type: "AWS", httpMethod: "GET", functionArn: undefined, credentials: "arn:aws:iam::123456789012:role/r" },
      uri: "arn:aws:apigateway:us-east-1:s3:path/bucket/{id}",
      requestParameters: {
        "integration.request.path.id": "method.request.path.id",
        "integration.request.querystring.response-content-type": "method.request.header.response-content-type",
      },
      responses: [{ ...response, contentHandling }],
    });
    const objects = Object.entries(contents).map(([key, content]) => ({ key, content, fields: {} }));
    const api = await startApi({
      api: { binaryMediaTypes, resources: resources({ "/items/{id}": [method("GET", { integration })] }) },
      getObject: uploadedObjects(
        [{ name: "bucket", declared: true, denies: false, allows: false, objects }],
        [],
        recordedPlatform(),
      ),
    });
    return {
      api,
      async expect(content: Content, type: string, accept: string, expected: Buffer | string | 500) {
        const headers = { accept, "response-content-type": type };
        const { status, bytes } = await api.send("GET", `/Test/items/${content}`, { headers });
        const which = `${content} of type ${type} for ${accept}`;
        assert.equal(status, expected === 500 ? 500 : 200, which);
        if (expected !== 500) assert.deepEqual(bytes, Buffer.from(expected), which);
      },
    };
  }
  const [png, other, text] = ["image/png", "binary/octet-stream", "text/plain"];

  // Recorded on AWS: test_apigw_s3_binary_support_response_no_content_handling, 2025-02
  it("[D.6] is text, bytes or base64 by its type and by what the client accepts", async () => {
    const without = await answers(undefined, []);
    await using _ = without.api;
    for (const content of ["text", "raw", "encoded"] as const) await without.expect(content, other, png, utf8(content));
    const { api, expect } = await answers(undefined, [png]);
    await using _api = api;
    await expect("encoded", other, png, raw);
    await expect("raw", other, png, 500);
    await expect("text", other, png, 500);
    for (const content of ["text", "raw", "encoded"] as const) {
      await expect(content, png, png, contents[content]);
      await expect(content, other, text, utf8(content));
      await expect(content, png, text, base64(content));
    }
  });

  // Recorded on AWS: test_apigw_s3_binary_support_response_convert_to_text, 2025-02
  it("[D.6] is base64 with CONVERT_TO_TEXT where its type is binary, and else text", async () => {
    const { api, expect } = await answers("CONVERT_TO_TEXT", [png]);
    await using _ = api;
    for (const content of ["text", "raw", "encoded"] as const) {
      for (const accept of [png, text]) {
        await expect(content, other, accept, utf8(content));
        await expect(content, png, accept, base64(content));
      }
    }
  });

  // Recorded on AWS: test_apigw_s3_binary_support_response_convert_to_binary, 2025-02
  it("[D.6] is bytes with CONVERT_TO_BINARY, out of base64 where its type is text", async () => {
    const { api, expect } = await answers("CONVERT_TO_BINARY", [png]);
    await using _ = api;
    for (const accept of [png, text]) {
      await expect("encoded", other, accept, raw);
      await expect("raw", other, accept, 500);
      await expect("text", other, accept, 500);
      for (const content of ["text", "raw", "encoded"] as const) await expect(content, png, accept, contents[content]);
    }
  });
});

describe("an edit of an uploaded file", function () {
  this.timeout(60_000);

  it("is seen by --watch", async () => {
    const directory = temporaryProject({});
    cpSync(FIXTURE, directory, { recursive: true });
    let reloaded = () => {};
    const reload = new Promise<void>((resolve) => {
      reloaded = resolve;
    });
    const cloud = await startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env, projectDirectory: directory },
      watch: { onReload: () => reloaded() },
    });
    try {
      const { url } = cloud.ready.apis.find(({ name }) => name === "site")!.stages[0]!;
      const html = async () => (await fetch(`${url}/index.html`)).text();
      assert.equal(await html(), "<h1>Orders</h1>\n");
      writeFileSync(join(directory, "site/index.html"), "<h1>Edited</h1>\n");
      await reload;
      assert.equal(await html(), "<h1>Edited</h1>\n");
    } finally {
      await cloud.close();
    }
  });
});
