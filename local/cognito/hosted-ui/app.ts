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
import { codeRoutes } from "./code-routes.ts";
import { errorPage, explain, mismatch } from "./error-page.ts";
import { contentSecurityPolicy } from "./layout.ts";
import { oauthEndpoints } from "./oauth-endpoints.ts";
import { type HostedUi, oauthEvent } from "./page-request.ts";
import { passkeyRoutes } from "./passkey-routes.ts";
import { providerRoutes } from "./provider-routes.ts";
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
  if (domain.managedLoginVersion === 2) {
    codeRoutes(app, hostedUi);
    passkeyRoutes(app, hostedUi);
  }
  oauthEndpoints(app, hostedUi);
  if (pool.model.identityProviders.length > 0) providerRoutes(app, hostedUi);

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
    pool.report({
      kind: "oauth",
      clientId: c.req.query("client_id"),
      endpoint: c.req.path,
      outcome: "failed",
      reason: error.stack ?? error.message,
    });
    return c.html(errorPage(poolName, "Something went wrong on our side. Please try again."), 500);
  });

  return async (request) => app.fetch(request);
}
