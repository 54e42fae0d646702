/**
 * What anybody can throw at a waiting sign-in, row by row. Every row ends with the real redirect, which must still
 * succeed: whatever does not carry our `state` from our own page is noise.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { type SignedIn, type SignInRequest, signIn } from "../../cli/oauth/browser-sign-in.ts";
import { openReceiver } from "../../cli/oauth/loopback-receiver.ts";
import { explain } from "../../cli/wording/explain.ts";
import { pageWords, verdictInWords } from "../../cli/wording/sign-in-words.ts";
import { browse, finishCallback, freePort, post, redirectOf } from "./support/cli.ts";
import { type FakeCognito, startFakeCognito, user } from "./support/fake-cognito.ts";
import { testWorld } from "./support/world.ts";

interface Waiting {
  url: string;
  callback: string;
  claimed: string[];
  kept: SignedIn[];
  debug: string[];
  result: Promise<SignedIn>;
}

describe("a waiting sign-in", () => {
  let port: number;
  let fake: FakeCognito;
  beforeEach(async () => {
    port = await freePort();
    fake = await startFakeCognito({
      callbackUrls: ["127.0.0.1", "localhost"].map((host) => `http://${host}:${port}/callback`),
    });
  });
  afterEach(() => fake.close());

  async function wait(changes: Partial<SignInRequest> = {}): Promise<Waiting> {
    const { promise, resolve, reject } = Promise.withResolvers<Waiting>();
    const claimed: string[] = [];
    const kept: SignedIn[] = [];
    const debug: string[] = [];
    const result = signIn(
      testWorld("/nowhere"),
      {
        issuer: fake.issuer,
        clientId: fake.clientId,
        hostedUi: fake.hostedUi,
        flow: "implicit",
        scopes: ["openid", "email"],
        redirectUris: [`http://127.0.0.1:${port}/callback`],
        paste: false,
        timeoutMs: 10_000,
        ...changes,
      },
      {
        ready: ({ authorizationUrl, redirectUri }) =>
          resolve({ url: authorizationUrl, callback: redirectUri, claimed, kept, debug, result }),
        keep: async (signedIn) => void kept.push(signedIn),
        unauthenticatedError: (error) => claimed.push(error),
        pasteRefused: () => undefined,
        page: pageWords("demo-auth"),
        verdict: verdictInWords,
        debug: (line) => debug.push(line),
      },
    );
    result.catch(reject);
    return promise;
  }

  /** The real redirect after all that. */
  async function finish(waiting: Waiting): Promise<void> {
    const verdict = await browse(waiting.url);
    deepEqual([verdict.status, verdict.title], [200, "You are signed in"]);
    equal((await waiting.result).verified.user.sub, user.sub);
    equal(waiting.kept.length, 1);
  }

  interface Raw {
    status: number;
    headers: Record<string, string | string[] | undefined>;
    body: string;
  }

  /** A request exactly as given: any Host, any header, any method. */
  function send(method: string, path: string, headers: OutgoingHttpHeaders = {}, body = ""): Promise<Raw> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  const own = () => ({ origin: `http://127.0.0.1:${port}`, "content-type": "application/json" });

  const foreignHosts: [name: string, host: (port: number) => string][] = [
    ["another name", (n) => `evil.example:${n}`],
    ["a name that begins like ours", (n) => `localhost.evil.example:${n}`],
    ["a name that ends like ours", (n) => `evil-localhost:${n}`],
    ["our address without the port", () => "127.0.0.1"],
    ["our address with another port", (n) => `127.0.0.1:${n + 1}`],
    ["our address in another spelling", (n) => `127.1:${n}`],
    ["an address of the network", (n) => `0.0.0.0:${n}`],
  ];
  for (const [name, host] of foreignHosts) {
    it(`refuses a Host that is ${name}, and keeps waiting`, async () => {
      const waiting = await wait();
      const page = await send("GET", "/callback", { host: host(port) });
      equal(page.status, 403);
      ok(!page.body.includes("<script"));
      const posted = await send(
        "POST",
        "/callback",
        { ...own(), host: host(port) },
        '{"query":"","fragment":"#state=x"}',
      );
      equal(posted.status, 403);
      await finish(waiting);
    });
  }

  it("answers to all three loopback names", async () => {
    const waiting = await wait();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      equal((await send("GET", "/callback", { host })).status, 200);
    }
    await finish(waiting);
  });

  const foreignPosts: [name: string, headers: (port: number) => OutgoingHttpHeaders, status: number][] = [
    ["without an Origin", () => ({ "content-type": "application/json" }), 403],
    ["with Origin null", () => ({ origin: "null", "content-type": "application/json" }), 403],
    ["from another site", () => ({ origin: "https://evil.example", "content-type": "application/json" }), 403],
    ["from another port", (n) => ({ origin: `http://127.0.0.1:${n + 1}`, "content-type": "application/json" }), 403],
    [
      "from the other name of this machine",
      (n) => ({ origin: `http://localhost:${n}`, "content-type": "application/json" }),
      403,
    ],
    [
      "that the browser calls cross-site",
      (n) => ({ origin: `http://127.0.0.1:${n}`, "sec-fetch-site": "cross-site", "content-type": "application/json" }),
      403,
    ],
    [
      "of a form",
      (n) => ({ origin: `http://127.0.0.1:${n}`, "content-type": "application/x-www-form-urlencoded" }),
      415,
    ],
    ["of plain text", (n) => ({ origin: `http://127.0.0.1:${n}`, "content-type": "text/plain" }), 415],
  ];
  for (const [name, headers, status] of foreignPosts) {
    it(`refuses a POST ${name}, even with the right answer in it, and keeps waiting`, async () => {
      const waiting = await wait();
      const { hash } = await redirectOf(waiting.url);
      const body = JSON.stringify({ query: "", fragment: hash });
      equal((await send("POST", "/callback", headers(port), body)).status, status);
      deepEqual(waiting.kept, []);
      await finish(waiting);
    });
  }

  it("refuses a body over 64 KiB, announced or not, and keeps waiting", async () => {
    const waiting = await wait();
    const large = JSON.stringify({ query: "", fragment: "x".repeat(70_000) });
    equal((await send("POST", "/callback", { ...own(), "content-length": large.length }, large)).status, 413);
    equal((await send("POST", "/callback", { ...own(), "transfer-encoding": "chunked" }, large)).status, 413);
    await finish(waiting);
  });

  it("refuses a body that is not what our page sends, and keeps waiting", async () => {
    const waiting = await wait();
    for (const body of ["", "{", "[]", '{"fragment":1,"query":""}', "null"]) {
      equal((await send("POST", "/callback", own(), body)).status, 400, body);
    }
    await finish(waiting);
  });

  it("drops a request that dawdles, and keeps waiting", async () => {
    const receiver = await openReceiver({
      redirectUris: [`http://127.0.0.1:${port}/callback`],
      isOurState: () => false,
      offer: async () => ({ taken: false, reason: "not-ours", error: undefined }),
      onNoise: () => undefined,
      words: pageWords("demo-auth"),
      requestTimeoutMs: 500,
    });
    const head = `POST /callback HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\n`;
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`),
      );
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("error", reject).on("close", () => resolve(text));
    });
    ok(answer === "" || answer.startsWith("HTTP/1.1 408"), answer);
    equal((await send("GET", "/callback")).status, 200);
    await receiver.close();
  });

  it("answers OPTIONS with 405 and no CORS header, on every path", async () => {
    const waiting = await wait();
    for (const path of ["/callback", "/", "/elsewhere"]) {
      const answer = await send("OPTIONS", path, {
        origin: "https://evil.example",
        "access-control-request-method": "POST",
      });
      equal(answer.status, 405);
      deepEqual(
        Object.keys(answer.headers).filter((name) => name.startsWith("access-control")),
        [],
      );
    }
    await finish(waiting);
  });

  for (const method of ["PUT", "DELETE", "PATCH", "HEAD"]) {
    it(`answers ${method} with 405 and keeps waiting`, async () => {
      const waiting = await wait();
      equal((await send(method, "/callback")).status, 405);
      await finish(waiting);
    });
  }

  it("answers anything but the callback with 404: a favicon request settles nothing", async () => {
    const waiting = await wait();
    for (const path of ["/favicon.ico", "/", "/callback/", "/callback2", "/start/guess", "/.well-known/x"]) {
      equal((await send("GET", path)).status, 404, path);
    }
    await finish(waiting);
  });

  it("does not take a login form that a 307 sends on to the callback", async () => {
    const waiting = await wait();
    const form = {
      origin: "null",
      "sec-fetch-site": "cross-site",
      "content-type": "application/x-www-form-urlencoded",
    };
    equal((await send("POST", "/callback", form, "username=ada&password=secret")).status, 403);
    await finish(waiting);
  });

  it("shows a forged error, remembers it, and keeps waiting", async () => {
    const waiting = await wait();
    equal((await send("GET", "/callback?error=server_error&error_description=Hacked%1B%5B31m")).status, 200);
    deepEqual(waiting.claimed, ["server_error (Hacked)"]);
    const forged = await post(waiting.callback, { query: "?error=access_denied&state=guess", fragment: "" });
    deepEqual([forged.status, forged.ok], [400, false]);
    deepEqual(waiting.claimed, ["server_error (Hacked)", "access_denied"]);
    await finish(waiting);
  });

  it("says no more than a few forged errors, however many come", async () => {
    const waiting = await wait();
    for (let i = 0; i < 20; i++) await send("GET", `/callback?error=forged_${i}`);
    deepEqual(waiting.claimed, ["forged_0", "forged_1", "forged_2"]);
    await finish(waiting);
  });

  it("names an unproven error when nobody finishes in time", async () => {
    const waiting = await wait({ timeoutMs: 1_500 });
    await send("GET", "/callback?error=unauthorized_client");
    await rejects(waiting.result, (error: Error & { code: string }) => {
      equal(error.code, "sign_in_timeout");
      match((explain(error) as Error).message, /nothing vouches for: unauthorized_client/);
      return true;
    });
  });

  it("believes an error that carries our state", async () => {
    const waiting = await wait();
    const state = new URL(waiting.url).searchParams.get("state");
    const verdict = await post(waiting.callback, { query: `?error=access_denied&state=${state}`, fragment: "" });
    deepEqual([verdict.status, verdict.ok, verdict.title], [400, false, "The sign-in failed"]);
    await rejects(waiting.result, { code: "sign_in_cancelled" });
  });

  it("ignores the right tokens under a wrong state, then takes them under ours", async () => {
    const waiting = await wait();
    const address = await redirectOf(waiting.url);
    const swapped = new URL(address);
    swapped.hash = address.hash.replace(/state=[^&]+/, "state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    equal((await finishCallback(swapped)).status, 400);
    deepEqual(waiting.kept, []);
    await finish(waiting);
  });

  it("ignores an answer that names our state twice", async () => {
    const waiting = await wait();
    const address = await redirectOf(waiting.url);
    equal((await post(waiting.callback, { query: "?state=other", fragment: address.hash })).status, 400);
    await finish(waiting);
  });

  it("takes the answer once: the second tab hears that it is finished", async () => {
    const waiting = await wait();
    const address = await redirectOf(waiting.url);
    const body = { query: "", fragment: address.hash };
    const [one, two] = await Promise.all([post(waiting.callback, body), post(waiting.callback, body)]);
    deepEqual([one.status, two.status].sort(), [200, 409]);
    await waiting.result;
    equal(waiting.kept.length, 1);
  });

  it("stops listening after the answer was shown", async () => {
    const waiting = await wait();
    await finish(waiting);
    await rejects(send("GET", "/callback"), { code: "ECONNREFUSED" });
  });

  it("shows the failure in the browser when a token check fails, and keeps nothing", async () => {
    fake.plan((plan) => {
      plan.idClaims.nonce = "another";
    });
    const waiting = await wait();
    const verdict = await browse(waiting.url);
    deepEqual([verdict.status, verdict.ok, verdict.title], [400, false, "The sign-in failed"]);
    await rejects(waiting.result, { code: "token_invalid" });
    deepEqual(waiting.kept, []);
  });

  it("serves a page that may run only its own script, load nothing and talk to nobody else", async () => {
    const waiting = await wait();
    const page = await send("GET", "/callback");
    const policy = String(page.headers["content-security-policy"]);
    match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'; /);
    match(policy, /base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
    deepEqual(
      ["cache-control", "referrer-policy", "x-content-type-options", "cross-origin-opener-policy"].map(
        (name) => page.headers[name],
      ),
      ["no-store", "no-referrer", "nosniff", "same-origin"],
    );
    const [, script = ""] = /<script>([\s\S]*?)<\/script>/.exec(page.body) ?? [];
    match(script.trim(), /^const query=location\.search,fragment=location\.hash;history\.replaceState\(/);
    ok(!/(src|href)=/.test(page.body), "no external asset");
    match(page.body, /<noscript>/);
    await finish(waiting);
  });

  it("holds both address families for localhost, and refuses the port when one is taken", async () => {
    const waiting = await wait({ redirectUris: [`http://localhost:${port}/callback`] });
    for (const host of ["127.0.0.1", "::1"]) {
      const error = await new Promise<string | undefined>((resolve) => {
        const probe = createServer();
        probe.once("error", (cause: NodeJS.ErrnoException) => resolve(cause.code));
        probe.listen({ host, port, exclusive: true, ipv6Only: host === "::1" }, () =>
          probe.close(() => resolve(undefined)),
        );
      });
      equal(error, "EADDRINUSE", host);
    }
    await finish(waiting);
  });

  it("takes the next registered port when the first is held by another program", async () => {
    const second = await freePort();
    const holder = await hold(port, "127.0.0.1");
    try {
      const waiting = await wait({
        redirectUris: [`http://127.0.0.1:${port}/callback`, `http://127.0.0.1:${second}/callback`],
      });
      equal(waiting.callback, `http://127.0.0.1:${second}/callback`);
      await rejects(
        wait({ redirectUris: [`http://127.0.0.1:${port}/callback`] }),
        (error: Error & { code: string }) => {
          equal(error.code, "port_unavailable");
          match((explain(error) as Error).message, new RegExp(`${port} \\(taken\\)`));
          return true;
        },
      );
      const state = new URL(waiting.url).searchParams.get("state");
      await post(waiting.callback, { query: `?error=access_denied&state=${state}`, fragment: "" });
      await rejects(waiting.result);
    } finally {
      holder.close();
    }
  });
});

function hold(port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}
