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
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { resolveTarget } from "../../targets/resolve.ts";
import { tokenUseFor } from "../../targets/target.ts";
import { programOptions, startAnnounced, stateDirectory } from "../local/local-cloud.ts";
import { performSignIn } from "../login/login.ts";
import { signUpAndIn } from "./person.ts";

export interface TourFlags {
  stack: string;
  project: string;
  headless?: boolean;
}

/** @throws CliError when a step does not end as the tutorial says */
export async function tour(io: CommandContext<TourFlags>): Promise<void> {
  const { world, flags } = io;
  const byHand = !flags.headless && world.stdout.isTTY === true && noBrowserReason(world) === undefined;
  const projectDirectory = resolve(world.workingDirectory, flags.project);
  const tell = narrator(io);

  tell.title("A REST API behind a Cognito user pool, on this machine");
  const cloud = await startAnnounced(world, {
    ...programOptions(io, projectDirectory),
    stack: flags.stack,
    // Somebody who looks around finds everything where demo-auth local would put it; a script leaves no trace.
    port: byHand ? 4510 : 0,
    stateDirectory: stateDirectory(world, { stack: flags.stack, ephemeral: !byHand }, projectDirectory),
  });
  try {
    const route = protectedRoute(cloud.ready);
    tellWhatRuns(tell, cloud.ready, route);
    await callWithoutToken(world, tell, route);
    const session = await (byHand ? signInByHand(io, tell) : signInWithoutScreen(io, tell, cloud));
    const token = await callWithToken(io, tell, route, session);
    tellClaims(tell, token);
    tellWhatIsNext(tell, route, byHand);
    if (byHand) {
      const signal = await world.interrupted();
      await cloud.close();
      world.dieBySignal(signal);
    }
  } finally {
    await cloud.close();
  }
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
}

function narrator({ out }: CommandContext): Narrator {
  let steps = 0;
  const line = (text: string) => out.text(`${text}\n`);
  return {
    title: (text) => line(`\n${text}\n${"=".repeat(text.length)}`),
    step: (text) => line(`\n${++steps}. ${text}`),
    line: (text) => line(`   ${text}`),
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
    next: "Run the tour in a project that has one, or use demo-auth local",
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
async function signInByHand(io: CommandContext<TourFlags>, tell: Narrator): Promise<Session> {
  tell.step("Sign up and in, in your browser: choose “Sign up”; the code that would be mailed is on the console page");
  const browser = io.world.env.DEMO_AUTH_BROWSER || undefined;
  const login = { ...io, flags: { ...io.flags, target: ownCloud(io.world), force: true, browser } };
  const { session } = await performSignIn(login, await resolveTarget(io.world, login.flags, { refresh: true }));
  tell.line(`signed in as ${safeText(session.user.email ?? session.user.sub)}`);
  return session;
}

/** The same pages and the same receiver, with a person made of code in the place of the browser. */
async function signInWithoutScreen(
  io: CommandContext<TourFlags>,
  tell: Narrator,
  { ready }: LocalCloud,
): Promise<Session> {
  tell.step("Sign up and in through the hosted UI:");
  const person = { email: "ada@example.com", password: `Aa1!${io.world.randomBytes(9).toString("base64url")}` };
  const astray = Promise.withResolvers<never>();
  const narrate = (what: string, at: string) => tell.line(`${what}\n     ${withoutQuery(at)}`);
  const world: World = {
    ...io.world,
    async openBrowser(url) {
      signUpAndIn(io.world, person, url, ready.console, narrate).catch(astray.reject);
      return { failed: new Promise(() => {}) };
    },
  };
  const login = {
    world,
    out: { ...io.out, note: () => {}, important: () => {} },
    flags: { target: ownCloud(world), storage: "none", browser: "itself" } as const,
  };
  const signedIn = performSignIn(login, await resolveTarget(world, login.flags, { refresh: true }));
  const { session } = await Promise.race([signedIn, astray.promise]);
  tell.line("signature, issuer, audience, nonce, at_hash and expiry of the tokens hold");
  return session;
}

/** @returns the token that the API takes */
async function callWithToken(
  io: CommandContext<TourFlags>,
  tell: Narrator,
  { method, url }: Route,
  session: Session,
): Promise<string> {
  const { target } = await resolveTarget(io.world, { target: ownCloud(io.world) }, {});
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

function tellWhatIsNext(tell: Narrator, { path }: Route, byHand: boolean): void {
  tell.step("Next");
  if (byHand) {
    tell.line(`npx demo-auth call ${path}     in another terminal: this cloud runs until Ctrl-C`);
    tell.line("npx demo-auth status");
  } else {
    tell.line("npx demo-auth local                  the same cloud, kept running; in another terminal:");
    tell.line("npx demo-auth login                  sign in, in your browser");
    tell.line(`npx demo-auth call ${path}     call the API with your token`);
  }
  tell.line("npx pulumi up --stack dev            the same program on AWS, with your account");
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
    next: "Run demo-auth local and look at the console page: it says why",
  });
}

/** Sign-in URLs carry `state` and `nonce`, which are nobody's business. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
