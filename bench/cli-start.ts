/**
 * What starting the command line costs: `node bench/cli-start.ts [--pairs N]` prints one table.
 *
 * `--version` against an empty script, and `call` against a script that does the same request with `fetch`, each as the
 * median over pairs of runs on the same machine. The bundle is built anew.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SessionStore } from "../cli/sessions/store.ts";
import { systemWorld } from "../cli/world.ts";
import { buildCli } from "../scripts/build-cli.ts";

const { values } = parseArgs({ options: { pairs: { type: "string", default: "31" } } });
const pairs = Number(values.pairs);
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "demo-auth-bench-"));

const api = createServer((_request, response) => response.end("{}")).listen(0, "127.0.0.1");
try {
  await once(api, "listening");
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}/Test`;
  const command = await install(apiUrl);
  const empty = script("empty.mjs", "");
  const fetching = script(
    "fetch.mjs",
    `const answer = await fetch("${apiUrl}/transactions", { headers: { authorization: "Bearer " + process.env.TOKEN } });
process.stdout.write(await answer.text());`,
  );
  const version = await compare([empty], [command, "--version"]);
  const call = await compare([fetching], [command, "call", "-q", "/transactions"]);
  process.stdout.write(
    [
      "| | bare | demo-auth | goal |",
      "|---|---|---|---|",
      `| --version | ${version.bare.toFixed(1)} ms | ${(version.own / version.bare).toFixed(2)} times | at most 1.35 times |`,
      `| call | ${call.bare.toFixed(1)} ms | ${(call.own - call.bare).toFixed(1)} ms more | at most 25 ms more |`,
      "",
    ].join("\n"),
  );
} finally {
  api.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Lays the package out as npm would, with a session for the API. @returns the command's file */
async function install(apiUrl: string): Promise<string> {
  const installed = join(folder, "package");
  mkdirSync(installed);
  for (const name of ["package.json", "bin"]) cpSync(join(root, name), join(installed, name), { recursive: true });
  await buildCli(join(installed, "dist"));
  const issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
  writeFileSync(join(folder, "demo-auth.json"), JSON.stringify({ issuer, clientId: "client", apiUrl }));
  const world = { ...systemWorld(), env: { DEMO_AUTH_HOME: join(folder, "home") } };
  await new SessionStore(world).write(
    {
      issuer,
      clientId: "client",
      apiOrigin: new URL(apiUrl).origin,
      flow: "implicit",
      hostedUi: "https://demo.auth.us-east-1.amazoncognito.com",
      idToken: "x".repeat(1000),
      accessToken: undefined,
      refreshToken: undefined,
      user: { sub: "s", email: undefined, username: undefined },
      scopes: [],
      idExpiresAt: Date.now() + 3_600_000,
      accessExpiresAt: undefined,
      signedInAt: Date.now(),
    },
    "file",
  );
  return join(installed, "bin", "demo-auth.js");
}

function script(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Medians in milliseconds; the two take turns, so that the machine's mood hits both. */
async function compare(bare: string[], own: string[]): Promise<{ bare: number; own: number }> {
  const times: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    times[0].push(await run(bare));
    times[1].push(await run(own));
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1]!;
  return { bare: median(times[0]), own: median(times[1]) };
}

async function run(words: string[]): Promise<number> {
  const env = { PATH: process.env.PATH, DEMO_AUTH_HOME: join(folder, "home"), TOKEN: "x".repeat(1000) };
  const start = performance.now();
  const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}`);
  return performance.now() - start;
}
