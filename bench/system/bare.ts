/**
 * What Node itself can do at best: `node bare.ts <BareServer as JSON>` answers one body on every request and tells its
 * parent that it listens. With a key it verifies the bearer token of each request (RS256 and `exp`) and refuses others.
 */
import { createPublicKey, verify } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";

export interface BareServer {
  port: number;
  /** What it answers. */
  body: string;
  /** PEM; without one every request is let in. */
  publicKey: string | undefined;
}

const { port, body, publicKey } = JSON.parse(process.argv[2] ?? "") as BareServer;
const key = publicKey === undefined ? undefined : createPublicKey(publicKey);
const length = Buffer.byteLength(body);

function answer(res: ServerResponse): void {
  res.writeHead(200, { "Content-Type": "application/json", "Content-Length": length });
  res.end(body);
}

function isValid(token: string): boolean {
  const end = token.lastIndexOf(".");
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const signature = Buffer.from(token.slice(end + 1), "base64url");
  return verify("RSA-SHA256", Buffer.from(token.slice(0, end)), key!, signature) && claims.exp * 1000 > Date.now();
}

createServer((req, res) => {
  if (key === undefined) return answer(res);
  const token = (req.headers.authorization ?? "").slice("Bearer ".length);
  if (token !== "" && isValid(token)) answer(res);
  else res.writeHead(401, { "Content-Length": 0 }).end();
}).listen(port, "127.0.0.1");
