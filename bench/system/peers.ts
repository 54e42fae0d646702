/**
 * The peers: installed from their own lock file into `bench/peers`, started as their users start them, with state of their
 * own in the workspace.
 */
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, Subject, timeToEnd } from "./processes.ts";
import { emailOf, password } from "./state.ts";
import { repository, type Workspace } from "./workspace.ts";

const peersDirectory = join(repository, "bench/peers");

/** Installs what the lock file says, unless that is what is there. Install scripts do not run: no peer needs them. */
export async function installPeers(): Promise<void> {
  const stamp = join(peersDirectory, "node_modules/.bench-installed");
  const lock = readFileSync(join(peersDirectory, "package-lock.json"), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  await timeToEnd(npm, ["ci", "--ignore-scripts"], { cwd: peersDirectory });
  writeFileSync(stamp, lock);
}

/** e.g. `5.3.0`, as installed */
export function peerVersion(name: string): string {
  return JSON.parse(readFileSync(join(peersDirectory, "node_modules", name, "package.json"), "utf8")).version;
}

const script = (path: string) => join(peersDirectory, "node_modules", path);

/** A process that answers at an address. */
export interface Peer {
  subject: Subject;
  url: URL;
}

export interface ServerlessProject {
  directory: string;
}

/**
 * The same function, from the same bundle, with the same authorizer declared. serverless-offline reads the token's claims
 * for it and verifies nothing.
 */
export function serverlessProject(
  workspace: Workspace,
  functionDirectory: string,
  clientId: string,
  poolArn: string,
  name = "serverless",
): ServerlessProject {
  const directory = join(workspace.directory, name);
  mkdirSync(directory, { recursive: true });
  cpSync(join(functionDirectory, "index.mjs"), join(directory, "index.mjs"));
  symlinkSync(join(peersDirectory, "node_modules"), join(directory, "node_modules"));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "peer", private: true }));
  writeFileSync(
    join(directory, "serverless.yml"),
    `service: peer
provider:
  name: aws
  runtime: nodejs24.x
  stage: Test
  region: us-east-1
plugins:
  - serverless-offline
functions:
  transactions:
    handler: index.handler
    environment:
      CLIENT_ID: ${clientId}
    events:
      - http:
          path: transactions
          method: get
          authorizer:
            name: pool
            type: COGNITO_USER_POOLS
            arn: ${poolArn}
`,
  );
  return { directory };
}

/** Starts it and returns at once. */
export async function launchServerlessOffline({ directory }: ServerlessProject): Promise<Peer> {
  const port = await freePorts(2);
  const ports = ["--httpPort", String(port), "--lambdaPort", String(port + 1)];
  const subject = new Subject(process.execPath, [script("osls/bin/serverless.js"), "offline", ...ports], {
    cwd: directory,
    env: { SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off", CI: "true" },
  });
  return { subject, url: new URL(`http://127.0.0.1:${port}/Test/transactions`) };
}

export interface CognitoLocalState {
  directory: string;
  clientId: string;
  redirectUri: string;
  users: { name: string; password: string }[];
}

/** A folder with a pool, a client and confirmed users, in the files that cognito-local keeps. */
export function cognitoLocalState(workspace: Workspace, name: string, users: number): CognitoLocalState {
  const directory = join(workspace.directory, "cognito-local", name);
  const database = join(directory, ".cognito/db");
  mkdirSync(database, { recursive: true });
  const poolId = "local_BenchPool";
  const clientId = randomBytes(12).toString("hex");
  const redirectUri = "http://localhost:47810/callback";
  const now = new Date().toISOString();
  const people = Array.from({ length: users }, (_, index) => {
    const sub = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    return {
      Username: sub,
      Password: password,
      Attributes: [
        { Name: "sub", Value: sub },
        { Name: "email", Value: emailOf(index) },
        { Name: "email_verified", Value: "true" },
      ],
      Enabled: true,
      RefreshTokens: [],
      UserCreateDate: now,
      UserLastModifiedDate: now,
      UserStatus: "CONFIRMED",
    };
  });
  const client = {
    ClientId: clientId,
    ClientName: "bench",
    UserPoolId: poolId,
    CallbackURLs: [redirectUri],
    ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    CreationDate: now,
    LastModifiedDate: now,
    TokenValidityUnits: { AccessToken: "hours", IdToken: "hours", RefreshToken: "days" },
    RefreshTokenValidity: 30,
  };
  writeFileSync(join(database, "clients.json"), JSON.stringify({ Clients: { [clientId]: client } }));
  writeFileSync(
    join(database, `${poolId}.json`),
    JSON.stringify({
      Users: Object.fromEntries(people.map((person) => [person.Username, person])),
      Options: { Id: poolId, Name: "bench", UsernameAttributes: ["email"], CreationDate: now, LastModifiedDate: now },
    }),
  );
  return { directory, clientId, redirectUri, users: people.map((_, index) => ({ name: emailOf(index), password })) };
}

/** Starts it and returns at once. */
export async function launchCognitoLocal({ directory }: Pick<CognitoLocalState, "directory">): Promise<Peer> {
  const port = await freePorts(1);
  const subject = new Subject(process.execPath, [script("cognito-local/lib/bin/start.js")], {
    cwd: directory,
    env: { HOST: "127.0.0.1", PORT: String(port) },
  });
  return { subject, url: new URL(`http://127.0.0.1:${port}/health`) };
}

/** Starts it and returns at once. */
export async function launchOauth2MockServer(workspace: Workspace): Promise<Peer> {
  const port = await freePorts(1);
  const subject = new Subject(
    process.execPath,
    [script("oauth2-mock-server/dist/oauth2-mock-server.mjs"), "-a", "127.0.0.1", "-p", String(port)],
    { cwd: workspace.directory },
  );
  return { subject, url: new URL(`http://127.0.0.1:${port}/.well-known/openid-configuration`) };
}
