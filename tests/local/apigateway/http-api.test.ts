/** An HTTP API of a Pulumi program, on the wire: routes, both authorizers, payloads, CORS, stages. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import type { CloudEvent } from "../../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { type SignedUp, signUp } from "../../support/sign-up.ts";
import { signedHeaders } from "../../support/signed-request.ts";

const HOUR = 3_600_000;

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  body: string;
  json: any;
}

describe("an HTTP API", function () {
  this.timeout(60_000);
  const events: CloudEvent[] = [];
  const clock = { offset: 0 };
  let cloud: LocalCloud;
  let backend: Server;
  let origin: string;
  let ada: SignedUp;
  let expired: SignedUp;
  let other: SignedUp;

  before(async () => {
    // Answers with what it was sent.
    backend = createServer((incoming, outgoing) => {
      const { method, url, headers } = incoming;
      // No end: whoever reads to it waits for ever.
      if (url?.startsWith("/orders/endless")) return void outgoing.write(Buffer.alloc(10_485_761));
      if (url?.startsWith("/orders/packed")) {
        outgoing.writeHead(200, { "content-encoding": "gzip", "set-cookie": ["a=1", "b=2"] });
        return void outgoing.end(gzipSync("packed"));
      }
      outgoing.writeHead(201, { "content-type": "application/json", "x-backend": "yes" });
      outgoing.end(JSON.stringify({ method, url, headers }));
    }).listen(0, "127.0.0.1");
    await once(backend, "listening");
    const environment = { ...process.env, BACKEND: `http://127.0.0.1:${(backend.address() as AddressInfo).port}` };
    cloud = await startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment },
      projectDirectory: join(repository, "tests/fixtures/http-api"),
      now: () => Date.now() + clock.offset,
      onEvent: (event) => events.push(event),
    });
    origin = cloud.ready.apis.find(({ name }) => name === "shop")!.stages.find(({ name }) => name === "$default")!.url;
    ada = await signUp(cloud.ready, "ada@example.com", "web");
    other = await signUp(cloud.ready, "eve@example.com", "other");
    clock.offset = -2 * HOUR;
    expired = await signUp(cloud.ready, "early@example.com", "web");
    clock.offset = 0;
  });
  after(async () => {
    backend?.close();
    await cloud?.close();
  });

  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(new URL(origin), { method, path, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk) => chunks.push(chunk));
        incoming.on("end", () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          const { statusCode = 0, headers } = incoming;
          const isJson = headers["content-type"] === "application/json";
          resolve({ status: statusCode, headers, bytes, body: text, json: isJson ? JSON.parse(text) : undefined });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  const get = (path: string, authorization?: string) =>
    send("GET", path, authorization === undefined ? {} : { authorization });
  const reason = () => events.filter((event) => event.kind === "api-request").at(-1)!.reason;

  it("stands in the ready document beside REST APIs, with its routes and its kind", () => {
    const api = cloud.ready.apis.find(({ name }) => name === "shop");
    assert.equal(api!.kind, "HTTP");
    assert.deepEqual(api!.stages.map(({ name }) => name).sort(), ["$default", "empty", "v1"]);
    const routes = api!.stages[0]!.routes.map(({ method, path, authorization, scopes }) =>
      [method, path, authorization, ...scopes].join(" "),
    );
    assert.ok(routes.includes("GET /mine JWT openid"), routes.join("\n"));
    assert.deepEqual(cloud.ready.outputs, { url: `${origin}/`, endpoint: origin });
  });

  it("[F.5] lets a request that is signed with the local account's key pass a route with AWS_IAM, and no other", async () => {
    const { credentials } = cloud.ready;
    assert.ok(credentials);
    const { host } = new URL(origin);
    const body = '{"a":1}';
    const signed = { method: "POST", path: "/signed", body };
    const headers = await signedHeaders(signed, { ...credentials, host });
    const { status, json } = await send("POST", "/signed", headers, body);
    assert.equal(status, 200);
    const { iam } = (json as { requestContext: { authorizer: { iam: Record<string, unknown> } } }).requestContext
      .authorizer;
    assert.deepEqual(Object.keys(iam), [
      ...["accessKey", "accountId", "callerId", "cognitoIdentity", "principalOrgId", "userArn", "userId"],
    ]);
    assert.equal(iam.accessKey, credentials.accessKeyId);
    for (const refused of [
      await send("POST", "/signed", {}, body),
      await send("POST", "/signed", headers, '{"a":2}'),
      await send("POST", "/signed", await signedHeaders(signed, { ...credentials, secretAccessKey: "x", host }), body),
    ]) {
      assert.deepEqual([refused.status, refused.body], [403, '{"message":"Forbidden"}']);
    }
  });

  it("[F.5] [E.6] lets a function sign with the credentials in its environment, as its role's session", async () => {
    const { status, json, body } = await get("/signs");
    assert.equal(status, 200, reason() ?? body);
    const { iam } = json.requestContext.authorizer;
    assert.match(iam.userArn, /^arn:aws:sts::\d{12}:assumed-role\/functions-\w+\/signs-\w+$/);
  });

  it("[F.2] [F.6] hands a function the event of payload format 2.0, without what the request does not have", async () => {
    const { json, headers } = await send("GET", "/open/a%20b?x=1&x=2", { "X-Two": "two", cookie: "a=1; b=2" });
    assert.deepEqual(Object.keys(json), [
      ...["version", "routeKey", "rawPath", "rawQueryString", "cookies", "headers", "queryStringParameters"],
      ...["requestContext", "pathParameters", "isBase64Encoded"],
    ]);
    assert.deepEqual(
      [json.version, json.routeKey, json.rawPath, json.rawQueryString, json.cookies, json.queryStringParameters],
      ["2.0", "GET /open/{id}", "/open/a b", "x=1&x=2", ["a=1", "b=2"], { x: "1,2" }],
    );
    assert.deepEqual(json.pathParameters, { id: "a b" });
    assert.equal(json.headers["x-two"], "two");
    assert.equal(json.headers["content-length"], "0");
    assert.ok(!("cookie" in json.headers) && !("authorizer" in json.requestContext));
    assert.equal(json.requestContext.stage, "$default");
    assert.equal(json.requestContext.requestId, headers["apigw-requestid"]);
    assert.match(json.requestContext.requestId, /^[\w+/-]{15}=$/);
    for (const name of ["x-amzn-requestid", "x-amz-apigw-id", "server"]) assert.equal(headers[name], undefined, name);
  });

  it("[F.2] [F.6] hands a function the event of payload format 1.0 when the integration names no format", async () => {
    const answer = await send("GET", "/old?x=1&x=2", { "X-Two": "two" });
    // An event without a statusCode is no answer of format 1.0.
    assert.deepEqual([answer.status, answer.body], [500, '{"message":"Internal Server Error"}']);
    assert.match(reason()!, /it has no statusCode/);
  });

  it("[F.6] sends a body of a text type as text, and every other one as base64", async () => {
    const post = async (type?: string) => {
      const { json } = await send("POST", "/files/a/b", type === undefined ? {} : { "content-type": type }, "a=1");
      return [json.body, json.isBase64Encoded, json.pathParameters.proxy];
    };
    assert.deepEqual(await post("application/json; charset=utf-8"), ["a=1", false, "a/b"]);
    assert.deepEqual(await post("text/csv"), ["a=1", false, "a/b"]);
    assert.deepEqual(await post("application/x-www-form-urlencoded"), ["YT0x", true, "a/b"]);
    assert.deepEqual(await post(), ["YT0x", true, "a/b"]);
  });

  it("[F.3] puts the name of a named stage into the path, and its variables into the event", async () => {
    const { json } = await get("/v1/open/7");
    assert.deepEqual(
      [
        json.rawPath,
        json.requestContext.http.path,
        json.requestContext.stage,
        json.stageVariables,
        json.pathParameters,
      ],
      ["/v1/open/7", "/v1/open/7", "v1", { color: "green", fn: json.stageVariables.fn }, { id: "7" }],
    );
  });

  it("[F.6] finds the function that a stage variable names, in each stage for itself", async () => {
    const { status, json } = await get("/v1/chosen");
    assert.deepEqual([status, json.routeKey], [200, "GET /chosen"]);
    assert.equal((await get("/chosen")).status, 500);
    assert.match(reason()!, /names no Lambda function|could not be invoked/);
    assert.equal((await get("/v1/chosen")).status, 200);
  });

  it("[F.6] needs a permission for the function, or credentials of the integration, with every request", async () => {
    for (const round of [1, 2]) {
      const role = await get("/in-a-role");
      assert.deepEqual([role.status, role.body], [200, `{"in":"a role"}`], String(round));
      const { status, body } = await get("/unpermitted");
      assert.deepEqual([status, body], [500, '{"message":"Internal Server Error"}'], String(round));
      assert.match(reason()!, /API Gateway may not invoke the function as .*\/\$default\/GET\/unpermitted/);
    }
  });

  it("keeps what came and what was answered, for whoever opens the request in the console", async () => {
    await send("POST", "/files/kept?x=1", { "content-type": "text/plain" }, "hello");
    const { requestBody, responseBody, target } = events.filter((event) => event.kind === "api-request").at(-1)!
      .details!();
    assert.deepEqual([target, requestBody.toString()], ["/files/kept?x=1", "hello"]);
    assert.equal(JSON.parse(responseBody.toString()).body, "hello");
  });

  const notFound: [string, string, string][] = [
    ["no route", "GET", "/nothing"],
    ["the route's path with another method", "POST", "/orders"],
    ["a trailing slash", "GET", "/orders/"],
    ["a greedy variable without anything to take", "GET", "/files"],
    ["a stage without a deployment", "GET", "/empty/open/1"],
  ];
  for (const [what, method, path] of notFound) {
    it(`[F.2] [F.3] answers 404 to ${what}`, async () => {
      const { status, body, headers } = await send(method, path);
      assert.deepEqual([status, body, headers["content-type"]], [404, '{"message":"Not Found"}', "application/json"]);
    });
  }

  it("[F.8] limits a route of a stage", async () => {
    assert.equal((await get("/v1/slow")).status, 200);
    const { status, body } = await get("/v1/slow");
    assert.deepEqual([status, body], [429, '{"message":"Too Many Requests"}']);
    assert.equal((await get("/slow")).status, 200);
  });

  it("[F.8] maps what a service on this machine gets, and what the client gets of its answer", async () => {
    const { status, json, headers } = await send("GET", "/proxy/7?keep=1&drop=2", {
      "X-Color": "red",
      connection: "close",
    });
    assert.equal(status, 202);
    assert.equal(json.url, "/orders/7?keep=1&color=red");
    assert.deepEqual(
      [json.method, json.headers["x-fixed"], json.headers.via],
      ["GET", "stage GET", "HTTP/1.1 AmazonAPIGateway"],
    );
    assert.match(json.headers.forwarded, /^by=.*;for=.*;host=127\.0\.0\.1:\d+;proto=http$/);
    assert.deepEqual([headers["x-backend"], headers["x-stage"]], [undefined, "$default"]);
  });

  it("maps onto a header field what can stand in one, and nothing of a client's that would begin another", async () => {
    const echoed = async (text: string) => (await get(`/proxy/7?echo=${encodeURIComponent(text)}`)).headers;
    assert.equal((await echoed("as it is"))["x-echo"], "as it is");
    for (const text of ["1\r\nSet-Cookie: a=1", "1\nSet-Cookie: a=1", "\0", "→"]) {
      const headers = await echoed(text);
      assert.deepEqual(
        [headers["x-stage"], headers["x-echo"], headers["set-cookie"]],
        ["$default", undefined, undefined],
      );
    }
  });

  it("[F.8] sends a service on this machine no field that neither the client nor the gateway has", async () => {
    const { json } = await send("GET", "/proxy/7");
    assert.deepEqual(Object.keys(json.headers).sort(), [
      ...["connection", "forwarded", "host", "via", "x-amzn-trace-id", "x-fixed"],
    ]);
  });

  it("[F.8] passes a service's answer on as it is coded", async () => {
    const { status, headers, bytes } = await send("GET", "/proxy/packed", { "accept-encoding": "gzip" });
    assert.deepEqual([status, headers["content-encoding"], headers["set-cookie"]], [200, "gzip", ["a=1", "b=2"]]);
    assert.equal(gunzipSync(bytes).toString(), "packed");
  });

  it("[F.8] answers 500 to a service's answer of more than 10 MB, whose rest is not read", async () => {
    const { status, body } = await send("GET", "/proxy/endless");
    assert.deepEqual([status, body], [500, '{"message":"Internal Server Error"}']);
    assert.match(reason()!, /answered with more than the 10485760 bytes that API Gateway takes/);
  });

  it("[F.8] writes the stage's access log", async () => {
    await get("/v1/orders", `Bearer ${ada.idToken}`);
    const line = events.filter((event) => event.kind === "access-log").at(-1)!.line;
    assert.match(line, /^GET \/orders 200 [\w-]+ ada@example\.com - -$/);
    await get("/v1/orders", "Bearer nothing");
    const refused = events.filter((event) => event.kind === "access-log").at(-1)!.line;
    assert.equal(refused, "GET /orders 401 - - invalid_token: token contains an invalid number of segments -");
  });

  it("[F.3] [F.8] makes integration, route and stage of an API that is quickly created", async () => {
    const quick = cloud.ready.apis.find(({ name }) => name === "quick")!;
    const answer = await fetch(`${quick.stages[0]!.url}/any/thing`, { method: "POST", body: "x" });
    const event = await answer.json();
    assert.deepEqual(
      [answer.status, event.routeKey, event.version, event.rawPath],
      [200, "$default", "2.0", "/any/thing"],
    );
  });

  it("answers whatever a client writes as a gateway would, and never with a fault of its own", async () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const json = fc.jsonValue({ maxDepth: 2 });
    const alg = fc.oneof(text, json, fc.constantFrom("RS256", "none", "constructor", "__proto__"));
    const header = fc.record({ alg, kid: json }, { requiredKeys: [] }).map(encode);
    const part = fc.oneof(json.map(encode), fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,20}$/));
    const token = fc.oneof(
      fc.tuple(header, json.map(encode), fc.stringMatching(/^[\w-]{0,20}$/)).map((parts) => parts.join(".")),
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(".")),
    );
    const paths = fc.constantFrom(
      "/orders",
      "/mine",
      "/v1/orders",
      "/open/",
      "/proxy/7",
      "/files/",
      "/signed",
      "/none",
    );
    const field = fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,40}$/);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("GET", "POST", "OPTIONS"), paths, token, text, field, async (...drawn) => {
        const [method, path, authorization, said, value] = drawn;
        const written = encodeURIComponent(said.toWellFormed());
        const headers = { authorization, "x-key": value, "x-color": value, origin: value, "content-type": value };
        const { status } = await send(method, `${path}${path.endsWith("/") ? written : ""}?echo=${written}`, headers);
        assert.ok([200, 202, 204, 400, 401, 403, 404].includes(status), `${status} of ${path}: ${reason()}`);
      }),
      { numRuns: 150 },
    );
  });

  describe("that is an OpenAPI document", () => {
    const call = async (method: string, path: string, headers: Record<string, string> = {}) => {
      const url = cloud.ready.apis.find(({ name }) => name === "described")!.stages[0]!.url;
      const answer = await fetch(url + path, { method, headers });
      return { status: answer.status, json: (await answer.json()) as any };
    };

    it("[F.3] has a route for each operation, for any method, and $default", async () => {
      const routeOf = async (method: string, path: string) => (await call(method, path)).json.routeKey;
      assert.deepEqual(
        [await routeOf("PUT", "/files/a/b"), await routeOf("GET", "/elsewhere"), await routeOf("DELETE", "/orders/1")],
        ["ANY /files/{proxy+}", "$default", "$default"],
      );
      assert.equal((await call("GET", "/bare")).status, 500);
      assert.match(reason()!, /The route GET \/bare has no integration/);
    });

    it("[F.3] [F.4] has its JWT and Lambda authorizers, with the scopes of each operation", async () => {
      const authorization = { authorization: ada.accessToken };
      assert.equal((await call("GET", "/orders/7")).status, 401);
      const { status, json } = await call("GET", "/orders/7", authorization);
      assert.deepEqual([status, json.routeKey, json.pathParameters], [200, "GET /orders/{id}", { id: "7" }]);
      const web = cloud.ready.userPools[0]!.clients.find(({ name }) => name === "web")!;
      assert.equal(json.requestContext.authorizer.jwt.claims.client_id, web.id);
      assert.equal((await call("POST", "/orders/7", authorization)).status, 403);
      assert.equal((await call("GET", "/door", { "x-key": "open" })).status, 403);
      assert.equal((await call("GET", "/door")).status, 401);
      const opened = await call("GET", "/door", { "x-key": "sesame" });
      assert.equal(opened.json.requestContext.authorizer.lambda.key, "sesame");
    });

    it("says what of it has no effect, and which route is open to anyone", async () => {
      assert.equal((await call("GET", "/forgotten")).status, 200);
      const named = cloud.ready.declaredNotEmulated.filter(({ name }) => name === "described");
      assert.deepEqual(
        named.map(({ property, reason }) => [property, reason]),
        [
          [
            "body: x-amazon-apigateway-cors",
            "the provider takes it away again after the import, on AWS too; set corsConfiguration",
          ],
          [
            "body: security.forgotten",
            "it has no x-amazon-apigateway-authorizer, so that GET /forgotten is open to anyone, on AWS too",
          ],
        ],
      );
    });
  });

  describe("with a JWT authorizer", () => {
    it("[F.4] hands on every claim as a text, in alphabetical order, and scopes only where the route has some", async () => {
      const { json } = await get("/orders", `Bearer ${ada.idToken}`);
      const { claims, scopes } = json.requestContext.authorizer.jwt;
      assert.deepEqual(Object.keys(claims), Object.keys(claims).toSorted());
      assert.deepEqual([claims.email, claims.email_verified, typeof claims.exp], ["ada@example.com", "true", "string"]);
      assert.match(claims.exp, /^\d+$/);
      assert.equal(scopes, null);
      const scoped = await get("/mine", ada.accessToken);
      assert.deepEqual(scoped.json.requestContext.authorizer.jwt.scopes.toSorted(), ["email", "openid"]);
    });

    it("[F.4] lets in an ID token by its aud and an access token by its client_id, with or without Bearer", async () => {
      for (const token of [ada.idToken, ada.accessToken, `Bearer ${ada.idToken}`, `bearer ${ada.accessToken}`]) {
        assert.equal((await get("/orders", token)).status, 200);
      }
    });

    const bearer = (description: string) => `Bearer scope="" error="invalid_token" error_description="${description}"`;
    const refusals: [string, () => string | undefined, string | RegExp, RegExp][] = [
      ["no token", () => undefined, "Bearer", /no \$request\.header\.Authorization/],
      [
        "an opaque token",
        () => "Bearer not-a-token",
        bearer("token contains an invalid number of segments"),
        /three parts/,
      ],
      [
        "a token of another app client",
        () => other.idToken,
        bearer("the token does not have a valid audience"),
        /its aud is/,
      ],
      [
        "an access token of another app client",
        () => other.accessToken,
        bearer("the token does not have a valid audience"),
        /its client_id is/,
      ],
      ["an expired token", () => expired.idToken, /invalid_token/, /expired/],
      ["a tampered token", () => tampered(ada.idToken), /invalid_token/, /signature is wrong/],
      [
        "a token signed by a foreign key",
        () => forged(ada.idToken),
        /invalid_token/,
        /key that .* does not have|signature is wrong/,
      ],
      ["an unsigned token", () => unsigned(ada.idToken), /invalid_token/, /alg is none/],
      [
        "a token signed with the public key as a secret",
        () => unsigned(ada.idToken, "HS256"),
        /invalid_token/,
        /alg is HS256/,
      ],
    ];
    for (const [what, token, challenge, why] of refusals) {
      it(`[F.4] answers 401 with a challenge to ${what}`, async () => {
        const { status, body, headers } = await get("/orders", token());
        assert.deepEqual([status, body], [401, '{"message":"Unauthorized"}']);
        const sent = headers["www-authenticate"] as string;
        if (typeof challenge === "string") assert.equal(sent, challenge);
        else assert.match(sent, challenge);
        assert.match(reason()!, why);
        assert.ok(!reason()!.includes(ada.idToken.slice(0, 40)), "no token in the log");
      });
    }

    const odd: [string, unknown, string][] = [
      ["control characters", "\0\r\nSet-Cookie: a=1\x7f", "signing method Set-Cookie: a=1 is invalid"],
      ["characters that no header field can have", "RS256\u2028→", "signing method RS256 is invalid"],
      ["a quote that would end the challenge's text", 'x", scope="all\\', "signing method x, scope=all is invalid"],
      ["the name of what every JavaScript object has", "constructor", "signing method constructor is invalid"],
      ["the name of every JavaScript object's prototype", "__proto__", "signing method __proto__ is invalid"],
      ["a list of one", ["RS256"], "signing method [RS256] is invalid"],
      ["an object", { toString: "RS256" }, "signing method {toString:RS256} is invalid"],
      ["nothing", undefined, "signing method undefined is invalid"],
    ];
    for (const [what, alg, description] of odd) {
      it(`answers 401 to a token with ${what} for its alg, and lives on`, async () => {
        const [header, payload, signature] = ada.idToken.split(".");
        const changed = encode({ ...JSON.parse(Buffer.from(header!, "base64url").toString()), alg });
        const { status, headers } = await get("/orders", `${changed}.${payload}.${signature}`);
        assert.deepEqual([status, headers["www-authenticate"]], [401, bearer(description)]);
        assert.equal(headers["set-cookie"], undefined);
      });
    }

    it("[F.4] answers 403 to a token without the route's scopes, also to an ID token, which has none", async () => {
      for (const [path, token] of [
        ["/admin", ada.accessToken],
        ["/mine", ada.idToken],
      ] as const) {
        const { status, body } = await get(path, token);
        assert.deepEqual([status, body], [403, '{"message":"Forbidden"}'], path);
      }
      assert.match(reason()!, /the token's scopes are none; the route wants openid/);
    });
  });

  describe("with a Lambda authorizer", () => {
    it("[F.5] lets in whom the function authorizes, with its context and no claims", async () => {
      const { json } = await send("POST", "/door", { "X-Key": "sesame" });
      const { key, routeArn } = json.requestContext.authorizer.lambda;
      assert.equal(key, "sesame");
      assert.match(routeArn, /^arn:aws:execute-api:us-east-1:123456789012:\w{10}\/\$default\/POST\/door$/);
    });

    it("[F.5] keeps the decision for the identity, for as long as the authorizer says", async () => {
      const times = async () =>
        (await send("POST", "/door", { "X-Key": "sesame" })).json.requestContext.authorizer.lambda.times;
      const first = await times();
      assert.equal(await times(), first);
      clock.offset += 301_000;
      assert.equal(await times(), first + 1);
      clock.offset = 0;
    });

    it("[F.5] answers 403 when the function says no, and 401 without a challenge when the identity is missing", async () => {
      const denied = await send("POST", "/door", { "X-Key": "open" });
      assert.deepEqual([denied.status, denied.body], [403, '{"message":"Forbidden"}']);
      const missing = await send("POST", "/door");
      assert.deepEqual([missing.status, missing.body], [401, '{"message":"Unauthorized"}']);
      assert.equal(missing.headers["www-authenticate"], undefined);
    });

    it("writes an object of an authorizer's context as JSON, whatever its members are called", async () => {
      assert.equal((await send("POST", "/v1/door", { "X-Key": "sesame" })).status, 200);
      const line = events.filter((event) => event.kind === "access-log").at(-1)!.line;
      assert.equal(line, 'POST /orders 200 - - - {"toString":"sesame"}');
    });
  });

  describe("with CORS by the gateway", () => {
    const shop = { origin: "https://shop.example" };

    it("[F.7] answers a preflight itself where no route takes OPTIONS", async () => {
      const { status, body, headers } = await send("OPTIONS", "/orders", shop);
      assert.deepEqual([status, body], [204, ""]);
      assert.equal(headers["access-control-allow-origin"], "https://shop.example");
      assert.equal(headers["access-control-allow-methods"], "GET,POST");
      assert.equal(headers["access-control-allow-headers"], "authorization");
      assert.equal(headers["access-control-max-age"], "600");
      assert.equal(headers["access-control-allow-credentials"], "true");
      assert.equal(headers.vary, "origin");
    });

    it("[F.7] lets an ANY route take OPTIONS before itself", async () => {
      const { json } = await send("OPTIONS", "/files/x", shop);
      assert.equal(json.routeKey, "ANY /files/{proxy+}");
    });

    it("[F.7] says who may read its own refusals, and says nothing to an origin that is not allowed", async () => {
      const refused = await send("GET", "/orders", shop);
      assert.equal(refused.status, 401);
      assert.equal(refused.headers["access-control-allow-origin"], "https://shop.example");
      const foreign = await send("GET", "/open/1", { origin: "https://evil.example" });
      assert.equal(foreign.status, 200);
      assert.equal(foreign.headers["access-control-allow-origin"], undefined);
    });
  });
});

function tampered(token: string): string {
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload!, "base64url").toString());
  return `${header}.${encode({ ...claims, sub: "somebody-else" })}.${signature}`;
}

function forged(token: string): string {
  const [header, payload] = token.split(".");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return `${header}.${payload}.${sign("RSA-SHA256", Buffer.from(`${header}.${payload}`), privateKey).toString("base64url")}`;
}

function unsigned(token: string, alg = "none"): string {
  const [header, payload] = token.split(".");
  return `${encode({ ...JSON.parse(Buffer.from(header!, "base64url").toString()), alg })}.${payload}.`;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
