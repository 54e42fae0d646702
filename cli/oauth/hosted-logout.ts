/**
 * Ends the hosted UI's own session in the browser: Cognito's logout endpoint, which sends the browser on to a registered
 * sign-out URL; here to a page of ours that says so.
 */
import { type PageWords, signedOutPage } from "./callback-page.ts";
import { answer, loopbackRedirectUris, onFirstFreePort, serveLoopback } from "./loopback-server.ts";

export interface HostedLogout {
  /** Where to send the browser. */
  url: string;
  /** Whether a sign-out URL is on this machine; else the browser stays with the hosted UI. */
  comesBack: boolean;
  /** Resolves when the browser has come back. */
  finished: Promise<void>;
  close(): Promise<void>;
}

/** @throws OAuthRefused `ports-taken` when every registered sign-out URL's port is taken */
export async function openHostedLogout(
  hostedUi: string,
  clientId: string,
  logoutUrls: readonly string[],
  words: PageWords,
): Promise<HostedLogout> {
  const url = new URL("/logout", hostedUi);
  url.searchParams.set("client_id", clientId);
  const addresses = loopbackRedirectUris(logoutUrls);
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  if (addresses.length === 0) return { url: url.href, comesBack: false, finished, close: async () => undefined };

  const { server, address } = await onFirstFreePort(addresses, async (own, registered) => ({
    address: registered,
    server: await serveLoopback(own, {}, (request, response, target) => {
      if (target.pathname !== own.pathname) return answer(response, 404, "text/plain", "Nothing here.\n");
      if (request.method !== "GET")
        return answer(response, 405, "text/plain", "Method not allowed.\n", { allow: "GET" });
      response.once("close", resolve);
      answer(response, 200, "text/html; charset=utf-8", signedOutPage(words));
    }),
  }));
  url.searchParams.set("logout_uri", address);
  return { url: url.href, comesBack: true, finished, close: server.close };
}
