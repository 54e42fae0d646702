/** Signs somebody up at a running local cloud, through the hosted UI's forms, and brings back the tokens of the redirect. */
import type { ReadyDocument, ReadyUserPool } from "../../local/host/ready-document.ts";
import { FormBrowser, type Page, redirectParameters } from "./form-browser.ts";

export const password = "Correct-horse-7";

export interface SignedUp {
  idToken: string;
  accessToken: string;
}

export function signInUrl(pool: ReadyUserPool, clientName?: string): string {
  const client = pool.clients.find(({ name }) => clientName === undefined || name === clientName)!;
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: "token",
    scope: client.scopes.join(" "),
    redirect_uri: client.callbackUrls[0]!,
  });
  return `${pool.hostedUi}/login?${query}`;
}

/** Fills in the sign-up form. @returns the page that asks for the code */
export async function startSignUp(browser: FormBrowser, url: string, email: string): Promise<Page> {
  const page = await browser.open(url.replace("/login?", "/signup?"));
  return browser.submit(page, "/signup", { username: email, password });
}

export async function newestCode({ console }: ReadyDocument, email: string): Promise<string> {
  const mails = (await (await fetch(`${console}/api/messages`)).json()) as { to: string; code: string }[];
  return mails.findLast(({ to }) => to === email)!.code;
}

export async function signUp(ready: ReadyDocument, email: string, clientName?: string): Promise<SignedUp> {
  const browser = new FormBrowser();
  const page = await startSignUp(browser, signInUrl(ready.userPools[0]!, clientName), email);
  const done = await browser.submit(page, "/confirm", { code: await newestCode(ready, email) });
  const { id_token: idToken = "", access_token: accessToken = "" } = redirectParameters(done.location);
  return { idToken, accessToken };
}

export async function signIn(url: string, email: string): Promise<SignedUp> {
  const browser = new FormBrowser();
  const done = await browser.signIn(await browser.open(url), email, password);
  const { id_token: idToken = "", access_token: accessToken = "" } = redirectParameters(done.location);
  return { idToken, accessToken };
}
