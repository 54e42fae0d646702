/**
 * `demo-auth local --host`: what another machine reaches, and what it does not, over raw sockets. 127.0.0.2 stands for the
 * address that is opened, so that nothing leaves this machine.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { parseReach } from "../../cli/commands/local/reach.ts";
import { boundAddresses, listenOnLoopback } from "../../local/http/loopback.ts";
import { openShell, type Running, repository, type Shell } from "../support/shell.ts";

const OPENED = "127.0.0.2";
const NAME = "auth.internal";

/** Sends bytes as they are. @returns the status of the answer, and its text */
async function send(
  address: string,
  port: number,
  lines: string[],
  body = "",
): Promise<{ status: number; text: string }> {
  const socket = connect(port, address);
  await once(socket, "connect");
  socket.write(`${[...lines, "connection: close", `content-length: ${body.length}`].join("\r\n")}\r\n\r\n${body}`);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return { status: Number(text.split(" ")[1]), text };
}

describe("demo-auth local --host", function () {
  this.timeout(60_000);
  if (process.platform !== "linux") return;
  let shell: Shell;
  let cloud: { ready: Awaited<ReturnType<Shell["local"]>>["ready"]; running: Running };
  let ports: Record<"console" | "hostedUi" | "api", number>;
  before(async () => {
    shell = openShell();
    cloud = await shell.local("--project", repository, "--ephemeral", "--host", OPENED, "--allow-host", NAME);
    const [pool] = cloud.ready.userPools;
    const portOf = (url: string) => Number(new URL(url).port);
    ports = {
      console: portOf(cloud.ready.console),
      hostedUi: portOf(pool!.hostedUi!),
      api: portOf(cloud.ready.apis[0]!.stages[0]!.url),
    };
  });
  after(() => shell.close());

  it("warns of what it opens, and for whom", async () => {
    match(
      await cloud.running.line("stderr", /Other machines/),
      /Other machines can reach the pools, hosted UIs and APIs at 127\.0\.0\.2.* loopback names, 127\.0\.0\.2, auth\.internal .*Console, mail and users stay/,
    );
  });

  it("keeps every address on loopback, and names in the ready document what it opens", () => {
    deepEqual(cloud.ready.reach, { address: OPENED, hosts: [OPENED, NAME] });
    const { userPools, apis, console } = cloud.ready;
    const addresses = [
      console,
      ...userPools.flatMap(({ issuer, hostedUi }) => [issuer, hostedUi!]),
      ...apis.flatMap(({ stages }) => stages.map(({ url }) => url)),
    ];
    deepEqual([...new Set(addresses.map((url) => new URL(url).hostname))], ["127.0.0.1"]);
  });

  it("is found and used by the command line as any other local cloud", async () => {
    const { code, stdout, stderr } = await shell.run("token", "--target", "local", "--as", "ada@example.com");
    equal(code, 0, stderr);
    const { iss } = JSON.parse(Buffer.from(stdout.split(".")[1]!, "base64url").toString("utf8"));
    equal(new URL(iss).origin, `http://127.0.0.1:${ports.console}`);
  });

  const refusedHosts = (port: number) => [
    "",
    "evil.example",
    `evil.example:${port}`,
    NAME,
    `${NAME}:${port + 1}`,
    `${NAME}.evil.example:${port}`,
    `x.${NAME}:${port}`,
    `${NAME}.:${port}`,
    `0.0.0.0:${port}`,
    `127.0.0.3:${port}`,
    `[::ffff:127.0.0.2]:${port}`,
    `2130706434:${port}`,
    `evil.example@${NAME}:${port}`,
    `${NAME}:${port}, evil.example`,
  ];

  for (const origin of ["console", "hostedUi", "api"] as const) {
    it(`refuses every Host that is not named, so that a rebound name reaches nothing (${origin})`, async () => {
      const port = ports[origin];
      for (const address of [OPENED, "127.0.0.1", "::1"]) {
        for (const host of refusedHosts(port)) {
          const { status, text } = await send(address, port, ["GET / HTTP/1.1", `host: ${host}`]);
          equal(status, 403, `${address} ${host}`);
          match(text, /answers to loopback names and those that --allow-host names only/);
        }
        const absolute = await send(address, port, [
          `GET http://evil.example:${port}/ HTTP/1.1`,
          `host: ${NAME}:${port}`,
        ]);
        equal(absolute.status, 403, "the request target's host counts as well");
      }
    });
  }

  it("serves hosted UI and API at the opened address, by every name that is named", async () => {
    const [pool] = cloud.ready.userPools;
    const [client] = pool!.clients;
    const query = new URLSearchParams({
      client_id: client!.id,
      response_type: "token",
      scope: "openid",
      redirect_uri: client!.callbackUrls[0]!,
    });
    for (const name of ["127.0.0.1", "localhost", "[::1]", OPENED, NAME]) {
      const page = await send(OPENED, ports.hostedUi, [
        `GET /login?${query} HTTP/1.1`,
        `host: ${name}:${ports.hostedUi}`,
      ]);
      equal(page.status, 200, name);
      const [stage] = cloud.ready.apis[0]!.stages;
      const route = stage!.routes.find(({ authorization }) => authorization === "COGNITO_USER_POOLS")!;
      const path = new URL(stage!.url + route.path).pathname;
      const api = await send(OPENED, ports.api, [`${route.method} ${path} HTTP/1.1`, `host: ${name}:${ports.api}`]);
      equal(api.status, 401, name);
    }
  });

  it("answers what AWS's identity provider answers to anybody", async () => {
    const host = `host: ${NAME}:${ports.console}`;
    const pool = cloud.ready.userPools[0]!.id;
    for (const document of ["openid-configuration", "jwks.json"]) {
      const { status } = await send(OPENED, ports.console, [`GET /${pool}/.well-known/${document} HTTP/1.1`, host]);
      equal(status, 200, document);
    }
    const target = "x-amz-target: AWSCognitoIdentityProviderService.InitiateAuth";
    const { status, text } = await send(OPENED, ports.console, ["POST / HTTP/1.1", host, target], "{}");
    equal(status, 400);
    match(text, /InvalidParameterException|SerializationException/);
  });

  it("shows console, mail, users and administration to nobody but this machine", async () => {
    const signed = "authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/cognito-idp/aws4_request";
    const admin = "x-amz-target: AWSCognitoIdentityProviderService.ListUsers";
    const json = "content-type: application/json";
    const wanted = JSON.stringify({ userPoolId: cloud.ready.userPools[0]!.id, as: "eve@example.com" });
    const api = cloud.ready.apis[0]!.id;
    const attempts: [string, ...string[]][] = [
      ["GET / HTTP/1.1"],
      ["HEAD / HTTP/1.1"],
      ["GET /api/cloud HTTP/1.1"],
      ["GET /api/messages HTTP/1.1"],
      ["GET /api/users HTTP/1.1"],
      ["GET /api/overview HTTP/1.1"],
      ["GET /api/events HTTP/1.1"],
      ["GET /api/cloud?/x/.well-known/jwks.json HTTP/1.1"],
      ["GET /x/.well-known/jwks.json/../../../api/messages HTTP/1.1"],
      ["GET /api/messages#/x/.well-known/jwks.json HTTP/1.1"],
      ["POST /api/tokens HTTP/1.1", json],
      ["POST /api/tokens HTTP/1.1", json, "x-forwarded-for: 127.0.0.1", "forwarded: for=127.0.0.1;host=127.0.0.1"],
      [`POST /restapis/${api}/resources/x/methods/GET HTTP/1.1`, json],
      ["POST / HTTP/1.1", admin, signed],
      ["POST /api/tokens HTTP/1.1", json, admin, signed],
    ];
    // From another machine by any name, and from this one by a name that is not its own.
    const ways = [
      ...["127.0.0.1", "localhost", OPENED, NAME].map((name) => ({ address: OPENED, name })),
      ...[OPENED, NAME].map((name) => ({ address: "127.0.0.1", name })),
    ];
    for (const { address, name } of ways) {
      for (const [line, ...fields] of attempts) {
        const { status, text } = await send(
          address,
          ports.console,
          [line, `host: ${name}:${ports.console}`, ...fields],
          wanted,
        );
        equal(status, 403, `${address} as ${name}: ${line}`);
        if (!line.startsWith("HEAD")) match(text, /The console is for this machine only/);
      }
      // Without a signature it is an operation of the pool, which asks for one.
      const unsigned = ["POST /api/tokens HTTP/1.1", `host: ${name}:${ports.console}`, json, admin];
      match((await send(address, ports.console, unsigned, wanted)).text, /MissingAuthenticationToken/);
    }
    const own = await send("127.0.0.1", ports.console, ["GET /api/users HTTP/1.1", `host: 127.0.0.1:${ports.console}`]);
    equal(own.status, 200);
    ok(!own.text.includes("eve@example.com"), "nobody was made");
  });

  it("stays on loopback without it", async () => {
    const other = await shell.local("--project", `${repository}/tests/fixtures/plain-javascript`, "--ephemeral");
    equal(other.ready.reach, undefined);
    const socket = connect(Number(new URL(other.ready.console).port), OPENED);
    const [error] = await once(socket, "error");
    equal(error.code, "ECONNREFUSED");
  });

  for (const [args, code, said] of [
    [["--allow-host", NAME], 2, /--allow-host needs --host/],
    [["--host", "nosuch.example"], 2, /"nosuch\.example" is not an IP address to listen on/],
    [["--host", "fe80::1%lo"], 2, /is not an IP address to listen on/],
    [["--host", OPENED, "--allow-host", "*.internal"], 2, /"\*\.internal" is not the name of a host/],
    [["--host", OPENED, "--allow-host", "auth:4510"], 2, /"auth:4510" is not the name of a host/],
    [["--host", "--https", "--allow-host", NAME], 2, /certificate is good for loopback names only/],
    [["--host", "192.0.2.1", "--port", "0"], 7, /This machine has no address 192\.0\.2\.1 to listen on/],
  ] as const) {
    it(`refuses ${args.join(" ")}`, async () => {
      const project = ["--project", `${repository}/tests/fixtures/plain-javascript`, "--ephemeral"];
      const { code: ended, stdout, stderr } = await shell.run("local", ...project, ...args);
      deepEqual([ended, stdout], [code, ""], stderr);
      match(stderr, said);
      match(stderr, /→ /);
    });
  }

  it("takes one address for a whole family in the place of that family's loopback address", () => {
    deepEqual(boundAddresses(undefined), ["127.0.0.1", "::1"]);
    deepEqual(boundAddresses({ address: "0.0.0.0", hosts: [] }), ["0.0.0.0", "::1"]);
    deepEqual(boundAddresses({ address: "::", hosts: [] }), ["127.0.0.1", "::"]);
    deepEqual(boundAddresses({ address: "10.0.0.7", hosts: [] }), ["127.0.0.1", "::1", "10.0.0.7"]);
  });

  it("listens once at an address, in whatever way it is written", async () => {
    const bound = (host: string) => boundAddresses(parseReach({ host }));
    for (const host of ["127.0.0.1", "::1", "[::1]", "0:0:0:0:0:0:0:1"]) deepEqual(bound(host), ["127.0.0.1", "::1"]);
    for (const host of ["::", "::0", "0:0::0"]) deepEqual(bound(host), ["127.0.0.1", "::"]);
    deepEqual(bound("FD00::0:7"), ["127.0.0.1", "::1", "fd00::7"]);
    const server = await listenOnLoopback(0, undefined, parseReach({ host: "127.0.0.1" }));
    await server.close();
  });
});
