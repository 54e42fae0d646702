import assert from "node:assert/strict";
import { request } from "node:http";
import { createServer } from "node:net";
import { listenOnLoopback, PortTakenError } from "../../../local/http/loopback.ts";

interface Answer {
  status: number;
  body: string;
}

function get(port: number, host: string, address: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: address, port, path: "/", headers: { host } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    })
      .on("error", reject)
      .end();
  });
}

describe("a loopback server", () => {
  it("answers on both address families under every loopback name with its port", async () => {
    const server = await listenOnLoopback(0);
    try {
      server.handle((_request, response) => response.end("hello"));
      for (const name of ["127.0.0.1", "localhost", "[::1]"]) {
        for (const address of ["127.0.0.1", "::1"]) {
          assert.deepEqual(await get(server.port, `${name}:${server.port}`, address), { status: 200, body: "hello" });
        }
      }
    } finally {
      await server.close();
    }
  });

  it("answers 403 to a request target that names another host, whatever the Host field says", async () => {
    const server = await listenOnLoopback(0);
    try {
      server.handle((request, response) => response.end(request.url));
      const ask = (path: string) =>
        new Promise<Answer>((resolve, reject) => {
          request({ host: "127.0.0.1", port: server.port, path }, (response) => {
            response.setEncoding("utf8").once("data", (body) => resolve({ status: response.statusCode!, body }));
          })
            .on("error", reject)
            .end();
        });
      for (const host of [
        "evil.example",
        `evil.example:${server.port}`,
        "127.0.0.1",
        `user@evil.example:${server.port}`,
      ])
        assert.equal((await ask(`http://${host}/x`)).status, 403, host);
      for (const target of [`http://localhost:${server.port}/x`, "//evil.example/x", "/x"])
        assert.deepEqual(await ask(target), { status: 200, body: target });
    } finally {
      await server.close();
    }
  });

  it("answers 400 to two Host fields, of which each part of a cloud might believe another", async () => {
    const server = await listenOnLoopback(0);
    try {
      server.handle(() => assert.fail("two Host fields reached the handler"));
      const own = `127.0.0.1:${server.port}`;
      for (const hosts of [
        ["Host", own, "Host", "evil.example"],
        ["Host", own, "host", own],
      ]) {
        const status = await new Promise((resolve, reject) => {
          request({ host: "127.0.0.1", port: server.port, headers: hosts }, (response) => resolve(response.statusCode))
            .on("error", reject)
            .end();
        });
        assert.equal(status, 400);
      }
    } finally {
      await server.close();
    }
  });

  it("answers 403 to any other Host, so that a rebound name reaches nothing", async () => {
    const server = await listenOnLoopback(0);
    try {
      server.handle(() => assert.fail("a foreign Host reached the handler"));
      for (const host of [
        "evil.example",
        `evil.example:${server.port}`,
        "127.0.0.1",
        `127.0.0.1:${server.port + 1}`,
        `localhost.evil.example:${server.port}`,
      ]) {
        assert.equal((await get(server.port, host, "127.0.0.1")).status, 403, host);
      }
    } finally {
      await server.close();
    }
  });

  it("refuses a port that either address family has already given away", async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      const holder = createServer();
      const port = await new Promise<number>((resolve) =>
        holder.listen(0, host, () => resolve((holder.address() as { port: number }).port)),
      );
      try {
        await assert.rejects(
          listenOnLoopback(port),
          (error) => error instanceof PortTakenError && error.port === port && /--port/.test(error.next),
        );
      } finally {
        holder.close();
      }
    }
  });
});
