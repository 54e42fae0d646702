/**
 * One hosted-UI domain: the pages where people sign up and in, and the OAuth 2.0 endpoints beside them
 * (Cognito developer guide, "User pool endpoints and managed login reference").
 */
import { Hono } from "hono";
import type { HostedUiModel } from "../../model.ts";
import { CognitoError } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { sentAddress } from "./browser-state.ts";
import { challengeRoutes } from "./challenge-routes.ts";
import { contentSecurityPolicy } from "./layout.ts";
import { oauthEndpoints } from "./oauth-endpoints.ts";
import { type HostedUi, oauthEvent } from "./page-request.ts";
import { errorPage } from "./pages.ts";
import { recoveryRoutes } from "./recovery-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { signUpRoutes } from "./sign-up-routes.ts";

export function hostedUiApp(pool: Pool, domain: HostedUiModel): (request: Request) => Promise<Response> {
  const app = new Hono();
  const hostedUi: HostedUi = { pool, domain };
  const poolName = pool.model.name;

  app.use(async (c, next) => {
    await next();
    // As Cognito sends them, but for Strict-Transport-Security: kept by a browser, it would break plain HTTP on localhost.
    const headers: Record<string, string> = {
      "x-amz-cognito-request-id": pool.platform.randomUUID(),
      "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
      pragma: "no-cache",
      expires: "0",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "x-xss-protection": "1; mode=block",
      "content-security-policy": contentSecurityPolicy,
      // Queries carry `state`; and with `no-referrer` a browser would post forms with `Origin: null`.
      "referrer-policy": "same-origin",
      server: "Server",
    };
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  });

  signInRoutes(app, hostedUi);
  signUpRoutes(app, hostedUi);
  recoveryRoutes(app, hostedUi);
  challengeRoutes(app, hostedUi);
  oauthEndpoints(app, hostedUi);

  app.get("/error", (c) => {
    const error = c.req.query("error") ?? "";
    const client = pool.client(c.req.query("client_id") ?? "");
    return c.html(
      errorPage(
        poolName,
        explain(error),
        error === "redirect_mismatch" && client ? mismatch(client, sentAddress(c)) : [],
      ),
      400,
    );
  });
  app.get("/", (c) => c.html(errorPage(poolName, "Open the address that your application sends people to."), 400));
  app.notFound((c) => c.html(errorPage(poolName, "There is no such page."), 404));
  app.onError((error, c) => {
    if (error instanceof CognitoError) {
      oauthEvent(c, pool, c.req.query("client_id"), "refused", error.message);
      return c.html(errorPage(poolName, error.message), 400);
    }
    pool.platform.emit({
      kind: "oauth",
      at: pool.platform.now(),
      userPoolId: pool.model.id,
      clientId: c.req.query("client_id"),
      endpoint: c.req.path,
      outcome: "failed",
      reason: error.stack ?? error.message,
    });
    return c.html(errorPage(poolName, "Something went wrong on our side. Please try again."), 500);
  });

  return async (request) => app.fetch(request);
}

/** Only sentences of our own: a page that shows whatever its address says lends its name to anybody's text. */
function explain(error: string): string {
  const known: Record<string, string> = {
    redirect_mismatch: "redirect_mismatch: the redirect address is not registered for this app client.",
    unauthorized_client: "unauthorized_client: this app client is not allowed to use the hosted UI.",
    invalid_request: "invalid_request: the request is malformed.",
    "Login pages unavailable": "Login pages unavailable. Please contact an administrator.",
    "Login option is not available": "Login option is not available. Please try another one.",
    "Client does not exist.": "Client does not exist.",
    "Required parameters missing": "Required parameters missing",
    "Required String parameter 'redirect_uri' is not present":
      "Required String parameter 'redirect_uri' is not present",
  };
  return Object.hasOwn(known, error) ? known[error]! : "invalid_request: the request is malformed.";
}

const MOST_SHOWN = 3;

/** What was sent, and what is registered: the most similar addresses, since one of many was meant. */
function mismatch(
  client: { name: string; callbackUrls: string[]; logoutUrls: string[] },
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
