/** Pages of other sites, in a real Chromium with the console open beside them: they can neither read nor drive it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type LoopbackServer, listenOnLoopback } from "../../local/http/loopback.ts";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { launchChromium } from "../support/chromium.ts";
import { repository } from "../support/shell.ts";

describe("a page of another site", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let browser: Browser;
  let other: LoopbackServer;
  before(async () => {
    const projectDirectory = join(repository, "tests/fixtures/plain-javascript");
    const options = { stack: "dev", port: 0, stateDirectory: undefined, environment: process.env };
    [cloud, browser, other] = await Promise.all([
      startLocalCloud({ ...options, projectDirectory }),
      launchChromium(),
      listenOnLoopback(0),
    ]);
    other.handle(
      (_request, response) =>
        void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>other</title>"),
    );
  });
  after(async () => {
    await browser?.close();
    await other?.close();
    await cloud?.close();
  });

  for (const host of ["localhost", "127.0.0.1"])
    it(`at ${host} cannot fetch, embed, frame, script or listen to the console, nor post to it`, async () => {
      const page = await browser.newPage();
      await page.goto(`http://${host}:${other.port}/`);
      const input = { userPoolId: cloud.ready.userPools[0]!.id, username: "eve@example.com" };
      const outcome = await page.evaluate(
        async ({ origin, body }) => {
          const tried = (work: Promise<unknown>) =>
            work.then(
              () => "worked",
              () => "failed",
            );
          const action = `${origin}/api/actions/users/create`;
          const json = { "content-type": "application/json", "x-console-token": "guess" };
          const loaded = (tag: "script" | "img", address: string) =>
            new Promise((resolve, reject) => {
              const element = Object.assign(document.createElement(tag), { src: address });
              element.addEventListener("load", resolve);
              element.addEventListener("error", reject);
              document.body.append(element);
            });
          const listened = new Promise((resolve, reject) => {
            const source = new EventSource(`${origin}/api/events`);
            source.addEventListener("hello", resolve);
            source.addEventListener("error", reject);
          });
          const framed = new Promise<string>((resolve) => {
            const frame = Object.assign(document.createElement("iframe"), { src: origin });
            frame.addEventListener("load", () => {
              try {
                resolve(frame.contentDocument === null ? "failed" : "worked");
              } catch {
                resolve("failed");
              }
            });
            document.body.append(frame);
          });
          return {
            read: await tried(fetch(`${origin}/api/messages`)),
            readPage: await tried(fetch(origin)),
            post: await tried(fetch(action, { method: "POST", headers: json, body })),
            // Sent without a preflight, so it arrives.
            blindPost: await tried(fetch(action, { method: "POST", mode: "no-cors", body })),
            embed: await tried(fetch(`${origin}/api/messages`, { mode: "no-cors" })),
            script: await tried(loaded("script", `${origin}/api/messages`)),
            image: await tried(loaded("img", `${origin}/`)),
            listen: await tried(listened),
            frame: await framed,
          };
        },
        { origin: cloud.ready.console, body: JSON.stringify(input) },
      );
      assert.deepEqual(
        Object.entries(outcome).filter(([, result]) => result !== "failed"),
        [],
      );

      const popup = page.waitForEvent("popup");
      await page.evaluate((origin) => Object.assign(window, { opened: window.open(origin) }), cloud.ready.console);
      await (await popup).getByText("Live", { exact: true }).waitFor();
      assert.equal(await page.evaluate(() => (window as unknown as { opened: Window | null }).opened?.closed), true);

      await page.evaluate(
        ({ origin, body }) => {
          const form = Object.assign(document.createElement("form"), { method: "post", enctype: "text/plain" });
          form.action = `${origin}/api/actions/users/create`;
          form.append(Object.assign(document.createElement("input"), { name: body.slice(0, -1), value: "}" }));
          document.body.append(form);
          form.submit();
        },
        { origin: cloud.ready.console, body: JSON.stringify(input) },
      );
      await page.getByText("other_site").waitFor();
      await page.context().close();

      const [pool] = (await (await fetch(`${cloud.ready.console}/api/users`)).json()) as { users: unknown[] }[];
      assert.deepEqual(pool!.users, []);
    });
});
