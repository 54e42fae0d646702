/**
 * Somebody who signs up and in without a screen: opens the address that a browser would be given, fills in the forms of
 * the hosted UI, reads the mail, and brings the redirect back to the waiting receiver the way its page would.
 */
import { totpAt } from "../../../local/cognito/accounts/totp.ts";
import type { World } from "../../shared/world.ts";
import { FormBrowser, type Page } from "./form-browser.ts";

export interface Person {
  email: string;
  password: string;
}

/** Told of every page, so that somebody can follow. */
export type Narrate = (what: string, url: string) => void;

interface Mail {
  to: string;
  code: string | null;
}

/**
 * Signs up and confirms the code from the mail; where the pages offer no sign-up, signs in to an account that an
 * administrator made, chooses a password and sets up a second factor, as far as they ask for it. Then follows the redirect
 * into the application.
 * @param startUrl what a browser would be opened at
 * @param console origin of the local cloud's console, where the mail is
 * @param invite makes the account, for pages without a sign-up. @returns its temporary password
 * @throws Error that names the page at which the hosted UI did something else
 */
export async function signUpAndIn(
  world: World,
  person: Person,
  startUrl: string,
  console: string,
  narrate: Narrate,
  invite?: () => Promise<string>,
): Promise<void> {
  const browser = new FormBrowser(world.now);
  let page = await browser.open(startUrl, () => true);
  narrate("the sign-in page opens", page.url);
  if (page.text.includes('href="/signup?') || invite === undefined) {
    page = await browser.open(linkTo(page, "/signup"));
    narrate(`signs up as ${person.email}`, page.url);
    page = await browser.submit(page, "/signup", { username: person.email, password: person.password });
    narrate("the hosted UI asks for the code that it has mailed", page.url);
    const code = await newestCode(world, console, person.email);
    page = await browser.submit(page, "/confirm", { code });
  } else {
    const password = await invite();
    narrate(`has no sign-up; an administrator makes an account for ${person.email}`, page.url);
    page = await browser.signIn(page, person.email, password);
  }
  page = await answerChallenges(world, browser, page, person, narrate);
  const redirect = page.location;
  if (redirect === undefined) throw unexpected(page, "a redirect to the application");
  const what = new URL(redirect).hash === "" ? "with a code in the query" : "with the tokens in the fragment";
  narrate(`is signed in, and is sent back ${what}`, new URL(redirect).origin + new URL(redirect).pathname);
  await deliver(world, redirect);
}

/** What the pages ask for between a password and the redirect. */
async function answerChallenges(
  world: World,
  browser: FormBrowser,
  from: Page,
  { password }: Person,
  narrate: Narrate,
) {
  let page = from;
  for (let asked = 0; page.location === undefined && asked < 4; asked++) {
    const paths = page.forms.map(({ action }) => new URL(action).pathname);
    if (paths.includes("/changePassword")) {
      narrate("chooses a password of their own", page.url);
      page = await browser.submit(page, "/changePassword", { password, confirm_password: password });
    } else if (paths.includes("/mfa/setup")) {
      narrate("sets up an authenticator app as second factor", page.url);
      const [, secret = ""] = /class="secretCode">([A-Z2-7 ]+)</.exec(page.text) ?? [];
      const code = totpAt(secret.replaceAll(" ", ""), Math.floor(world.now() / 30_000));
      page = await browser.submit(page, "/mfa/setup", { code });
    } else break;
  }
  return page;
}

/** What the page behind the redirect does: hands query and fragment to the receiver that sent it. */
async function deliver(world: World, redirect: string): Promise<void> {
  const { origin, pathname, search, hash } = new URL(redirect);
  const address = origin + pathname;
  await (await world.fetch(address + search)).text();
  const answer = await world.fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ query: search, fragment: hash }),
  });
  await answer.text();
}

async function newestCode(world: World, console: string, email: string): Promise<string> {
  const mails = (await (await world.fetch(`${console}/api/messages`)).json()) as Mail[];
  const code = mails.findLast((mail) => mail.to === email && mail.code !== null)?.code;
  if (!code) throw new Error(`No code was mailed to ${email}.`);
  return code;
}

function linkTo(page: Page, path: string): string {
  const [, href] = new RegExp(`href="(${path}\\?[^"]*)"`).exec(page.text) ?? [];
  if (href === undefined) throw unexpected(page, `a link to ${path}`);
  return new URL(href.replaceAll("&amp;", "&"), page.url).href;
}

function unexpected(page: Page, wanted: string): Error {
  const said = page.alerts.length > 0 ? `, which says: ${page.alerts.join(" ")}` : "";
  return new Error(`Expected ${wanted} at ${new URL(page.url).pathname} (HTTP ${page.status})${said}.`);
}
