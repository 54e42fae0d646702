/** Networks with a proxy, or with an authority of their own in the middle. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CliError } from "../../cli/shared/errors.ts";
import { request } from "../../cli/shared/http.ts";
import { exchange, proxyOf } from "../../cli/shared/http-client.ts";
import { explain } from "../../cli/wording/explain.ts";
import { serverCertificate } from "../../local/http/certificates.ts";
import { type Bench, openBench } from "./support/cli.ts";

describe("proxies", () => {
  let proxy: Server;
  let address: string;
  const asked: string[] = [];
  before(async () => {
    proxy = createServer().on("connect", (message, socket) => {
      asked.push(message.url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  after(() => proxy.close());

  const problem = async (url: string, env: Record<string, string>) => {
    const world = { exchange: (to: URL, what: Parameters<typeof exchange>[1]) => exchange(to, what, env) };
    try {
      await request(world, "the API", new URL(url), { timeoutMs: 5_000, limit: 1000 });
    } catch (error) {
      const known = explain(error);
      ok(known instanceof CliError);
      return `${known.message} ${JSON.stringify(known.next)}`;
    }
    throw new Error("it was answered");
  };

  it("are asked for an https address, and named when they do not let it through", async () => {
    const said = await problem("https://api.example/x", { HTTPS_PROXY: address });
    deepEqual(asked, ["api.example:443"]);
    match(said, /through the proxy 127\.0\.0\.1:\d+/);
  });

  it("are named when their own name does not resolve, and HTTPS_PROXY is when there is none", async () => {
    match(
      await problem("https://api.example/x", { https_proxy: "http://proxy.invalid:3128" }),
      /proxy\.invalid:3128.*HTTPS_PROXY/,
    );
    match(await problem("https://api.invalid/x", {}), /its name does not resolve.*behind a proxy, set HTTPS_PROXY/);
  });

  it("see nothing that is for this machine, whatever the environment says", async () => {
    const server = createServer((_, answer) => answer.end("here"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const url = new URL(`http://127.0.0.1:${port}/`);
      const before = asked.length;
      const env = { http_proxy: address, HTTP_PROXY: address, NODE_USE_ENV_PROXY: "1" };
      equal((await exchange(url, { timeoutMs: 5_000, limit: 1000 }, env)).body.toString(), "here");
      equal(asked.length, before);
    } finally {
      server.close();
    }
  });

  it("are chosen as curl chooses them", () => {
    const of = (url: string, env: Record<string, string>) => proxyOf(new URL(url), env);
    const all = { https_proxy: "proxy:1", http_proxy: "http://user:secret@proxy:2" };
    deepEqual(
      [
        of("https://a.example", all),
        of("http://a.example", all),
        of("http://a.example", { HTTP_PROXY: "proxy:1" }),
        of("https://a.example", { HTTPS_PROXY: "proxy:1" }),
        of("https://a.example", { ...all, NO_PROXY: "b.example, .example" }),
        of("https://a.example", { ...all, no_proxy: "*" }),
        of("https://a.example", { ...all, no_proxy: "ple" }),
        of("https://localhost", all),
        of("https://a.example", {}),
      ],
      ["proxy:1", "proxy:2", undefined, "proxy:1", undefined, undefined, "proxy:1", undefined, undefined],
    );
  });

  it("do not keep a refused connection from being what it is", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await rejects(exchange(new URL(`http://127.0.0.1:${port}/`), { timeoutMs: 1_000, limit: 1000 }), {
      code: "ECONNREFUSED",
    });
  });
});

describe("an authority of one's own", function () {
  this.timeout(60_000);
  let bench: Bench;
  let server: TlsServer;
  let authority: string;
  const asked: string[] = [];
  before(async () => {
    bench = await openBench();
    const { key, cert, caFile } = await serverCertificate(join(bench.directory, "tls"), Date.now());
    authority = caFile;
    server = createTlsServer({ key, cert }, (message, answer) => {
      asked.push(message.url ?? "");
      answer.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    server.close();
    await bench.close();
  });
  beforeEach(() => asked.splice(0));

  /** A command that asks the issuer for its keys, to check a token that is none. */
  const run = (env: Record<string, string>) => {
    const { port } = server.address() as AddressInfo;
    const target = {
      DEMO_AUTH_ISSUER: `https://127.0.0.1:${port}/us-east-1_Abcdefghi`,
      DEMO_AUTH_CLIENT_ID: "client",
      DEMO_AUTH_TOKEN: "nonsense",
    };
    return bench.run(["status"], {
      env: { SSL_CERT_FILE: "/dev/null", SSL_CERT_DIR: "/nonexistent", ...target, ...env },
    });
  };

  it("is unknown to begin with, and then nothing is sent", async () => {
    const { code, stderr } = await run({});
    equal(code, 9, stderr);
    match(stderr, /certificate was not accepted[\s\S]*NODE_EXTRA_CA_CERTS/);
    deepEqual(asked, []);
  });

  it("is trusted when NODE_EXTRA_CA_CERTS names it", async () => {
    equal((await run({ NODE_EXTRA_CA_CERTS: authority })).code, 5);
    deepEqual(asked, ["/us-east-1_Abcdefghi/.well-known/jwks.json"]);
  });

  // On Linux these name the system's authorities, to OpenSSL and to Node.
  if (process.platform === "linux") {
    for (const how of ["file", "folder"] as const) {
      it(`is trusted when only the system knows it (${how}), and is asked once`, async () => {
        const folder = join(bench.directory, "system-authorities");
        mkdirSync(folder, { recursive: true });
        copyFileSync(authority, join(folder, "own.pem"));
        const env: Record<string, string> = how === "file" ? { SSL_CERT_FILE: authority } : { SSL_CERT_DIR: folder };
        const { code, stderr } = await run(env);
        equal(code, 5, stderr);
        deepEqual(asked, ["/us-east-1_Abcdefghi/.well-known/jwks.json"]);
      });
    }
  }
});
