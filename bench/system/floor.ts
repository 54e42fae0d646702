/**
 * The floor of any gateway whose functions have processes of their own: `node floor.ts <FloorServer as JSON>` makes the event
 * of each request, sends it as JSON over a socket to one child process, and writes the answer that comes back. It routes,
 * verifies and logs nothing.
 */
import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import { createConnection, createServer as createSocketServer } from "node:net";
import { createInterface } from "node:readline";

export interface FloorServer {
  port: number;
  /** What the function answers. */
  body: string;
  /** The rest of an event, beside what comes of the request. */
  event: Record<string, unknown>;
}

const [settings = "", role] = process.argv.slice(2);
const { port, body, event } = JSON.parse(settings) as FloorServer;

if (role === undefined) {
  const waiting: ServerResponse[] = [];
  createSocketServer((socket) => {
    socket.setNoDelay(true);
    createInterface({ input: socket }).on("line", (line) => {
      const { statusCode, headers, body } = JSON.parse(line);
      waiting
        .shift()!
        .writeHead(statusCode, { ...headers, "Content-Length": Buffer.byteLength(body) })
        .end(body);
    });
    createServer((request, response) => {
      waiting.push(response);
      const { method: httpMethod, url: path, headers } = request;
      socket.write(`${JSON.stringify({ ...event, httpMethod, path, headers })}\n`);
    }).listen(port, "127.0.0.1");
  }).listen(port + 1, "127.0.0.1", () => {
    const child = spawn(process.execPath, [import.meta.filename, settings, "function"], { stdio: "inherit" });
    process.once("exit", () => child.kill());
    process.once("SIGTERM", () => process.exit());
  });
} else {
  const socket = createConnection(port + 1, "127.0.0.1");
  socket.setNoDelay(true);
  socket.once("close", () => process.exit());
  createInterface({ input: socket }).on("line", (line) => {
    JSON.parse(line);
    const headers = { "Content-Type": "application/json" };
    socket.write(`${JSON.stringify({ statusCode: 200, headers, body })}\n`);
  });
}
