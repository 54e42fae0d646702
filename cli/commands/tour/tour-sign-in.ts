/**
 * The tour's sign-in: by a person in a browser, who is told of each mailed code, or by the tour itself, which fills in the
 * same pages.
 */
import type { ReadyDocument } from "../../../local/host/ready-document.ts";
import type { Session } from "../../sessions/session.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { requestJson } from "../../shared/http.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { cloudEvents } from "../../targets/cloud-events.ts";
import { resolveTarget } from "../../targets/resolve.ts";
import { performSignIn } from "../login/login.ts";
import type { Narrator } from "./narrator.ts";
import { signUpAndIn } from "./person.ts";
import type { TourCloud, TourFlags } from "./tour-cloud.ts";

/** Each code as it is mailed, for whoever waits at the page that asks for it. */
export async function tellMail(
  io: CommandContext,
  tell: Narrator,
  console: string,
  signal: AbortSignal,
): Promise<void> {
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

/** The person's own browser, and the session kept as `demo-auth login` keeps it. */
export async function signInByHand(io: CommandContext<TourFlags>, tell: Narrator, cloud: TourCloud): Promise<Session> {
  if (await offersSignUp(io.world, cloud.ready)) {
    tell.step(
      "Sign up and in, in your browser, with an account that you make there; the code that would be mailed is shown here and on the console page",
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
export async function signInWithoutScreen(
  io: CommandContext<TourFlags>,
  tell: Narrator,
  cloud: TourCloud,
): Promise<Session> {
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

/** Sign-in URLs carry `state` and `nonce`, which are nobody's business. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
