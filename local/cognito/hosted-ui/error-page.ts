/** The page for requests that must not reach an application, HTTP 400, and what it says of each. */
import { html } from "hono/html";
import type { AppClientModel } from "../../model.ts";
import type { Markup } from "./form-parts.ts";
import { notice } from "./layout.ts";

export function errorPage(poolName: string, message: string, hints: string[] = []): Markup {
  return notice(
    "Error",
    poolName,
    html`<h1>An error was encountered with the requested page.</h1>
      <p class="errorMessage-customizable" role="alert">${message}</p>
      ${hints.map((hint) => html`<p class="quiet">${hint}</p>`)}`,
  );
}

/** Only sentences of our own: a page that shows whatever its address says lends its name to anybody's text. */
export function explain(error: string): string {
  const known: Record<string, string> = {
    redirect_mismatch: "redirect_mismatch: the redirect address is not registered for this app client.",
    unauthorized_client: "unauthorized_client: this app client is not allowed to use the hosted UI.",
    invalid_request: "invalid_request: the request is malformed.",
    "Login pages unavailable": "Login pages unavailable. Please contact an administrator.",
    "Login option is not available": "Login option is not available. Please try another one.",
    "Client does not exist.": "Client does not exist.",
    "Invalid state":
      "This browser has no such sign-in under way: it took too long, was finished already or began in another browser. Please start again from your application.",
    "Required parameters missing": "Required parameters missing",
    "Required String parameter 'redirect_uri' is not present":
      "Required String parameter 'redirect_uri' is not present",
  };
  return Object.hasOwn(known, error) ? known[error]! : "invalid_request: the request is malformed.";
}

const MOST_SHOWN = 3;

/** What was sent, and what is registered: the most similar addresses, since one of many was meant. */
export function mismatch(
  client: Pick<AppClientModel, "name" | "callbackUrls" | "logoutUrls">,
  sent: string | undefined,
): string[] {
  const alike = (url: string) => {
    let length = 0;
    while (length < url.length && url[length] === sent?.[length]) length++;
    return length;
  };
  const list = (urls: string[]) => {
    const shown = urls.toSorted((one, other) => alike(other) - alike(one)).slice(0, MOST_SHOWN);
    const more = urls.length - shown.length;
    return urls.length === 0 ? "none" : shown.join(", ") + (more > 0 ? `, and ${more} more` : "");
  };
  return [
    ...(sent === undefined ? [] : [`The address that was sent: ${sent}`]),
    `Callback URLs of ${client.name}: ${list(client.callbackUrls)}`,
    `Logout URLs of ${client.name}: ${list(client.logoutUrls)}`,
    "An address must equal a registered one to the letter: scheme, host, port, path and trailing slash.",
  ];
}
