/**
 * `npm start`: the whole tutorial on this machine, every step shown. With a terminal and a browser the person signs up by
 * hand; otherwise the tour fills in the same pages itself.
 */
import { STATUS_CODES } from "node:http";
import { resolve } from "node:path";
import type { ReadyApi, ReadyDocument } from "../../../local/host/ready-document.ts";
import type { LocalCloud } from "../../../local/start.ts";
import type { Session } from "../../sessions/session.ts";
import { noBrowserReason } from "../../shared/browser.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { requestJson } from "../../shared/http.ts";
import { type CommandName, commandLine } from "../../shared/next-step.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { cloudEvents } from "../../targets/cloud-events.ts";
import { describeCloud, runningClouds } from "../../targets/local-clouds.ts";
import { resolveTarget } from "../../targets/resolve.ts";
import { tokenUseFor } from "../../targets/target.ts";
import { parsePort, programOptions, startAnnounced, stateDirectory } from "../local/local-cloud.ts";
import { performSignIn } from "../login/login.ts";
import { signUpAndIn } from "./person.ts";

export interface TourFlags {
  stack: string;
  project: string;
  port?: string;
  state?: string;
  ephemeral?: boolean;
  headless?: boolean;
}

/** @throws CliError when a step does not end as the tutorial says */
export async function tour(io: CommandContext<TourFlags>): Promise<void> {
  const { world, flags } = io;
  const byHand = !flags.headless && !io.out.json && world.stdout.isTTY === true && noBrowserReason(world) === undefined;
  const tell = narrator(io);

  tell.title("A REST API behind a Cognito user pool, on this machine");
  const cloud = await cloudFor(io, byHand);
  const watching = new AbortController();
  try {
    const route = protectedRoute(cloud.ready);
    tellWhatRuns(tell, cloud.ready, route);
    await callWithoutToken(world, tell, route);
    if (byHand) void tellMail(io, tell, cloud.ready.console, watching.signal);
    const session = await (byHand ? signInByHand(io, tell, cloud) : signInWithoutScreen(io, tell, cloud));
    const token = await callWithToken(io, tell, route, session, cloud);
    tellClaims(tell, token);
    tellWhatIsNext(io, tell, route, byHand);
    tell.end();
    if (byHand && cloud.own) {
      const signal = await world.interrupted();
      await cloud.close();
      world.dieBySignal(signal);
    }
  } finally {
    watching.abort();
    await cloud.close();
  }
}

interface TourCloud {
  ready: ReadyDocument;
  /** What `--target` calls it. */
  target: string;
  /** Whether the tour started it, and ends it. */
  own: boolean;
  /** Absent for a cloud of another process. */
  admin?: LocalCloud["admin"];
  close(): Promise<void>;
}

/** The one that runs already for this stack of this project, for a person; else one of its own. */
async function cloudFor(io: CommandContext<TourFlags>, byHand: boolean): Promise<TourCloud> {
  const { world, flags } = io;
  const directory = resolve(world.workingDirectory, flags.project);
  const asked = flags.port !== undefined || flags.state !== undefined || flags.ephemeral;
  if (byHand && !asked) {
    const running = (await runningClouds(world)).find(
      ({ project }) => project.stack === flags.stack && resolve(project.directory) === directory,
    );
    if (running) {
      io.out.note(`The local cloud that runs here already is used (pid ${running.pid}).`);
      const ready = (await describeCloud(world, running)) as unknown as ReadyDocument;
      return { ready, target: `local:${running.pid}`, own: false, close: async () => undefined };
    }
  }
  const start = (port: number) =>
    startAnnounced(world, {
      ...programOptions(io, directory),
      stack: flags.stack,
      port,
      // Somebody who looks around finds everything where demo-auth local would put it; a script leaves no trace.
      stateDirectory: stateDirectory(
        world,
        { ...flags, ephemeral: flags.ephemeral || (!byHand && flags.state === undefined) },
        directory,
      ),
    });
  const wanted = flags.port === undefined ? (byHand ? 4510 : 0) : parsePort(flags.port);
  const cloud = await start(wanted).catch((error) => {
    if (flags.port !== undefined || wanted === 0 || error.code !== "port_taken") throw error;
    io.out.note(`Port ${wanted} or one that follows it is taken, so free ones are used.`);
    return start(0);
  });
  return { ready: cloud.ready, target: ownCloud(world), own: true, admin: cloud.admin, close: cloud.close };
}

/** Each code as it is mailed, for whoever waits at the page that asks for it. */
async function tellMail(io: CommandContext, tell: Narrator, console: string, signal: AbortSignal): Promise<void> {
  const begun = io.world.now();
  try {
    for await (const event of cloudEvents(io.world, console, signal)) {
      if (event.kind !== "mail" || event.at < begun) continue;
      const mails = (await requestJson(io.world, "the local cloud", `${console}/api/messages`)) as Mail[];
      const code = mails.findLast(({ to }) => to === event.to)?.code;
      if (code) tell.line(`mailed to ${safeText(String(event.to), 100)}: code ${safeText(code, 40)}`);
    }
  } catch {
    // The console page has the mail too.
  }
}

interface Mail {
  to: string;
  code: string | null;
}

interface Route {
  method: string;
  path: string;
  url: string;
  api: ReadyApi;
}

interface Narrator {
  title(text: string): void;
  step(text: string): void;
  line(text: string): void;
  /** All is told; with `--json`, in one document. */
  end(): void;
}

function narrator({ out }: CommandContext): Narrator {
  const steps: { title: string; lines: string[] }[] = [];
  const line = (text: string) => (out.json ? undefined : out.text(`${text}\n`));
  return {
    title: (text) => line(`\n${text}\n${"=".repeat(text.length)}`),
    step(title) {
      steps.push({ title, lines: [] });
      line(`\n${steps.length}. ${title}`);
    },
    line(text) {
      steps.at(-1)?.lines.push(text);
      line(`   ${text}`);
    },
    end: () => (out.json ? out.document({ ok: true, steps }) : undefined),
  };
}

function protectedRoute({ apis }: ReadyDocument): Route {
  for (const api of apis) {
    for (const { url, routes } of api.stages) {
      const route = routes.find(
        ({ method, authorization }) => method === "GET" && authorization === "COGNITO_USER_POOLS",
      );
      if (route) return { method: route.method, path: route.path, url: url + route.path, api };
    }
  }
  throw new CliError("configuration_invalid", "The program declares no GET method behind a Cognito authorizer.", {
    next: { say: "Run the tour in a project that has one, or without its steps", command: "local" },
  });
}

function tellWhatRuns(tell: Narrator, { userPools, functions, console }: ReadyDocument, route: Route): void {
  const [pool] = userPools;
  const [client] = pool?.clients ?? [];
  tell.step("The Pulumi program has declared, and the local cloud now serves:");
  if (pool) {
    tell.line(`user pool      ${pool.name} (${pool.id}): sign-in by e-mail`);
    tell.line(`hosted UI      ${pool.hostedUi}`);
    tell.line(
      `app client     ${client?.name} (${client?.id}): ${client?.flows.join(", ")} flow, scopes ${client?.scopes.join(" ")}`,
    );
  }
  for (const { name, runtime } of functions)
    tell.line(`Lambda         ${name} on ${runtime}, the bundle that would be deployed`);
  tell.line(`REST API       ${route.api.name}: ${route.method} ${route.path}, behind a Cognito authorizer`);
  tell.line(`console        ${console} (mail, users, why a request was refused)`);
}

async function callWithoutToken(world: World, tell: Narrator, { method, url }: Route): Promise<void> {
  tell.step("Call the API without a token: refused");
  const answer = await world.fetch(url, { method });
  tellAnswer(tell, method, url, answer, await answer.text());
  expectStatus(answer, 401, "without a token");
}

/** The tour's cloud, whatever others run beside it. */
function ownCloud(world: World): string {
  return `local:${world.processId}`;
}

/** The person's own browser, and the session kept as `demo-auth login` keeps it. */
async function signInByHand(io: CommandContext<TourFlags>, tell: Narrator, cloud: TourCloud): Promise<Session> {
  if (await offersSignUp(io.world, cloud.ready)) {
    tell.step(
      "Sign up and in, in your browser: choose “Sign up”; the code that would be mailed is shown here and on the console page",
    );
  } else {
    tell.step("Sign in, in your browser; this stack has no sign-up, so an administrator makes the account");
    if (cloud.admin) {
      const password = await invite(io.world, cloud, "ada@example.com");
      tell.line(`user name ada@example.com, temporary password ${password}; a second factor may be set up next`);
    } else tell.line(`make one under Users at ${cloud.ready.console}`);
  }
  const browser = io.world.env.DEMO_AUTH_BROWSER || undefined;
  const login = { ...io, flags: { ...io.flags, target: cloud.target, force: true, browser, port: undefined } };
  const { session } = await performSignIn(login, await resolveTarget(io.world, login.flags, { refresh: true }));
  tell.line(`signed in as ${safeText(session.user.email ?? session.user.username ?? session.user.sub)}`);
  return session;
}

async function offersSignUp(world: World, { userPools }: ReadyDocument): Promise<boolean> {
  const [pool] = userPools;
  const [client] = pool?.clients ?? [];
  if (!pool?.hostedUi || !client) return true;
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: client.flows.includes("code") ? "code" : "token",
    scope: client.scopes.join(" "),
    redirect_uri: client.callbackUrls[0] ?? "",
  });
  const { body } = await world.exchange(new URL(`/login?${query}`, pool.hostedUi), {
    timeoutMs: 10_000,
    limit: 1 << 20,
  });
  return body.toString("utf8").includes('href="/signup?');
}

/** An account as an administrator makes it, nothing mailed. @returns its temporary password */
async function invite(world: World, { ready, admin }: TourCloud, email: string): Promise<string> {
  const password = newPassword(world);
  const users = admin?.(ready.userPools[0]!.id);
  try {
    users?.delete(email);
  } catch {
    // Nobody of that name is there yet.
  }
  await users?.create({ username: email, attributes: { email }, temporaryPassword: password });
  return password;
}

/** Long and of every kind, for any pool's rules. */
function newPassword(world: World): string {
  return `Aa1!${world.randomBytes(15).toString("base64url")}`;
}

/** The same pages and the same receiver, with a person made of code in the place of the browser. */
async function signInWithoutScreen(io: CommandContext<TourFlags>, tell: Narrator, cloud: TourCloud): Promise<Session> {
  tell.step("Sign in through the hosted UI:");
  const person = { email: "ada@example.com", password: newPassword(io.world) };
  const astray = Promise.withResolvers<never>();
  const narrate = (what: string, at: string) => tell.line(`${what}\n     ${withoutQuery(at)}`);
  const world: World = {
    ...io.world,
    async openBrowser(url) {
      try {
        await signUpAndIn(io.world, person, url, cloud.ready.console, narrate, () =>
          invite(io.world, cloud, person.email),
        );
      } catch (error) {
        astray.reject(error);
        // Ends the wait for a browser that does not come.
        throw error;
      }
      return { failed: new Promise(() => {}) };
    },
  };
  const login = {
    world,
    out: { ...io.out, note: () => {}, important: () => {} },
    flags: { target: cloud.target, storage: "none", browser: "itself" } as const,
  };
  const signedIn = performSignIn(login, await resolveTarget(world, login.flags, { refresh: true }));
  signedIn.catch(() => undefined);
  const { session } = await Promise.race([astray.promise, signedIn]);
  tell.line("signature, issuer, audience, nonce, at_hash and expiry of the tokens hold");
  return session;
}

/** @returns the token that the API takes */
async function callWithToken(
  io: CommandContext<TourFlags>,
  tell: Narrator,
  { method, url }: Route,
  session: Session,
  cloud: TourCloud,
): Promise<string> {
  const { target } = await resolveTarget(io.world, { target: cloud.target }, {});
  const use = tokenUseFor(target, undefined);
  const token = (use === "id" ? session.idToken : session.accessToken) ?? "";
  tell.step(`Call the API with the ${use === "id" ? "ID" : "access"} token: let in`);
  const answer = await io.world.fetch(url, { method, headers: { authorization: `Bearer ${token}` } });
  tellAnswer(tell, method, url, answer, await answer.text());
  expectStatus(answer, 200, "with the token");
  return token;
}

function tellClaims(tell: Narrator, token: string): void {
  tell.step("What the token says, which the function got from the authorizer:");
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<
    string,
    unknown
  >;
  for (const [name, value] of Object.entries(claims))
    tell.line(`${name.padEnd(18)} ${safeText(JSON.stringify(value), 200)}`);
}

function tellWhatIsNext(
  { world, flags }: CommandContext<TourFlags>,
  tell: Narrator,
  { path }: Route,
  byHand: boolean,
): void {
  const typing = { invocation: world.invocation, targetFlags: {} };
  const line = (command: CommandName, args: string[], what: string) =>
    tell.line(`${commandLine(typing, command, args).padEnd(37)}${what}`);
  tell.step("Next");
  if (byHand) {
    line("call", [path], "in another terminal: this cloud runs until Ctrl-C");
    line("status", [], "who is signed in, until when");
  } else {
    line("local", [], "the same cloud, kept running; in another terminal:");
    line("login", [], "sign in, in your browser");
    line("call", [path], "call the API with your token");
  }
  tell.line(`${`npx pulumi up --stack ${flags.stack}`.padEnd(37)}the same program on AWS, with your account`);
  tell.line("");
}

function tellAnswer(tell: Narrator, method: string, url: string, answer: Response, body: string): void {
  tell.line(`${method} ${url}`);
  tell.line(`HTTP ${answer.status} ${STATUS_CODES[answer.status] ?? ""}`);
  const lines = readable(body);
  for (const text of lines.slice(0, SHOWN_LINES)) tell.line(text);
  if (lines.length > SHOWN_LINES) tell.line(`… and ${lines.length - SHOWN_LINES} lines more`);
}

const SHOWN_LINES = 16;

/** JSON as a person reads it; anything else as it is, in lines. */
function readable(body: string): string[] {
  let text = body;
  try {
    const value: unknown = JSON.parse(body);
    if (body.length > 80) text = JSON.stringify(value, null, 2);
  } catch {
    // Not JSON: shown as it came.
  }
  return text.split("\n").map((line) => safeText(line, 200));
}

function expectStatus(answer: Response, status: number, how: string): void {
  if (answer.status === status) return;
  throw new CliError("api_refused", `The API answered ${answer.status} ${how}; the tutorial expects ${status}.`, {
    next: { say: "Look at the console page of a local cloud: it says why", command: "local" },
  });
}

/** Sign-in URLs carry `state` and `nonce`, which are nobody's business. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
