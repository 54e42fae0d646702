/**
 * `npm start`: the whole tutorial on this machine, every step shown. With a terminal and a browser the person signs up by
 * hand; otherwise the tour fills in the same pages itself.
 */
import type { ReadyApi, ReadyDocument } from "../../../local/host/ready-document.ts";
import type { Session } from "../../sessions/session.ts";
import { noBrowserReason } from "../../shared/browser.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { type CommandName, commandLine } from "../../shared/next-step.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { resolveTarget } from "../../targets/resolve.ts";
import { tokenUseFor } from "../../targets/target.ts";
import { type Narrator, narrator, tellAnswer } from "./narrator.ts";
import { cloudFor, type TourCloud, type TourFlags } from "./tour-cloud.ts";
import { signInByHand, signInWithoutScreen, tellMail } from "./tour-sign-in.ts";

/** @throws CliError when a step does not end as the tutorial says */
export async function tour(io: CommandContext<TourFlags>): Promise<void> {
  const { world, flags } = io;
  const byHand = !flags.headless && !io.out.json && world.stdout.isTTY === true && noBrowserReason(world) === undefined;
  const tell = narrator(io);

  tell.title("A REST API behind a Cognito user pool, on this machine");
  const cloud = await cloudFor(io, byHand);
  const watching = new AbortController();
  try {
    const first = readRoute(cloud.ready, cloud.secure ? "NONE" : "COGNITO_USER_POOLS");
    tellWhatRuns(tell, cloud.ready, first);
    const route = cloud.secure ? await openThenSecure(world, tell, first, cloud.secure) : first;
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

interface Route {
  method: string;
  path: string;
  url: string;
  api: ReadyApi;
  authorization: Authorization;
}

type Authorization = "NONE" | "COGNITO_USER_POOLS";

function readRoute({ apis }: ReadyDocument, authorization: Authorization): Route {
  for (const api of apis) {
    for (const { url, routes } of api.stages) {
      const route = routes.find((one) => one.method === "GET" && one.authorization === authorization);
      if (route) return { method: route.method, path: route.path, url: url + route.path, api, authorization };
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
  const guard = route.authorization === "NONE" ? "open to everybody, to begin with" : "behind a Cognito authorizer";
  tell.line(`REST API       ${route.api.name}: ${route.method} ${route.path}, ${guard}`);
  tell.line(`console        ${console} (mail, users, why a request was refused)`);
}

/** Steps 18 to 22: what the API is without an authorizer, and the deployment that attaches it. @returns the route as it is then */
async function openThenSecure(
  world: World,
  tell: Narrator,
  { method, url }: Route,
  secure: () => Promise<ReadyDocument>,
): Promise<Route> {
  tell.step("Call the API as it is deployed first, with authorization: none in the stack's config: anybody is let in");
  const answer = await world.fetch(url, { method });
  tellAnswer(tell, method, url, answer, await answer.text(), 4);
  expectStatus(answer, 200, "while it is open");
  tell.step("Deploy again, with authorization: cognito:");
  const route = readRoute(await secure(), "COGNITO_USER_POOLS");
  tell.line(`REST API       ${route.api.name}: ${route.method} ${route.path}, behind a Cognito authorizer`);
  return route;
}

async function callWithoutToken(world: World, tell: Narrator, { method, url }: Route): Promise<void> {
  tell.step("Call the API without a token: refused");
  const answer = await world.fetch(url, { method });
  tellAnswer(tell, method, url, answer, await answer.text());
  expectStatus(answer, 401, "without a token");
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

function expectStatus(answer: Response, status: number, how: string): void {
  if (answer.status === status) return;
  throw new CliError("api_refused", `The API answered ${answer.status} ${how}; the tutorial expects ${status}.`, {
    next: { say: "Look at the console page of a local cloud: it says why", command: "local" },
  });
}
