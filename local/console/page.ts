/** The console's page: what runs, and what happens, as one document without any external asset. */
import { randomBytes } from "node:crypto";
import { html, raw } from "hono/html";
import type { ReadyDocument } from "../cloud.ts";

/** @returns the document, and the content security policy that goes with it */
export function consolePage(ready: ReadyDocument): { html: ReturnType<typeof html>; policy: string } {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const { project } = ready;
  return {
    policy,
    html: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${project.name} (${project.stack}) · local cloud</title>
<style nonce="${nonce}">${raw(STYLE)}</style>
</head>
<body>
<main>
<h1>${project.name} <small>stack ${project.stack}, on this machine</small></h1>
<h2>APIs</h2>
${ready.apis.map(
  (api) =>
    html`<h3>${api.name} <code>${api.id}</code></h3><ul>${api.stages.map((stage) =>
      stage.routes.map(
        (route) =>
          html`<li><code>${route.method} ${stage.url}${route.path}</code> ${
            route.authorization === "NONE" ? "open to anyone" : route.authorization
          }${route.scopes.length > 0 ? html`, scopes <code>${route.scopes.join(" ")}</code>` : ""}</li>`,
      ),
    )}</ul>`,
)}
<h2>User pools</h2>
${ready.userPools.map(
  (pool) =>
    html`<h3>${pool.name} <code>${pool.id}</code></h3><ul>${pool.clients.map(
      (client) => html`<li>${client.name} <code>${client.id}</code>${signInLink(pool.hostedUi, client)}</li>`,
    )}</ul>`,
)}
<h2>Mail</h2>
<table aria-label="Mail"><thead><tr><th>When<th>To<th>Subject<th>Code</tr></thead><tbody id="mail"></tbody></table>
<h2>What happens</h2>
<table aria-label="Events"><thead><tr><th>When<th>What<th>Outcome<th>Why</tr></thead><tbody id="events"></tbody></table>
${
  ready.declaredNotEmulated.length > 0
    ? html`<h2>Declared, not emulated</h2><ul>${ready.declaredNotEmulated.map(({ type, name }) => html`<li><code>${type}</code> ${name}</li>`)}</ul>`
    : ""
}
</main>
<script nonce="${nonce}">${raw(SCRIPT)}</script>
</body>
</html>`,
  };
}

function signInLink(hostedUi: string | undefined, client: ReadyDocument["userPools"][number]["clients"][number]) {
  const [redirectUri] = client.callbackUrls;
  const flow = client.flows[0];
  if (!hostedUi || !redirectUri || !flow || flow === "client_credentials") return "";
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: flow === "code" ? "code" : "token",
    scope: client.scopes.join(" "),
    redirect_uri: redirectUri,
  });
  return html` <a href="${hostedUi}/login?${query.toString()}" rel="noreferrer">sign-in page</a>`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
small { font-weight: normal; opacity: .75; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
`;

const SCRIPT = `
const row = (table, cells) => {
  const line = document.createElement("tr");
  for (const cell of cells) line.append(Object.assign(document.createElement("td"), { textContent: cell ?? "" }));
  document.getElementById(table).prepend(line);
};
const time = (at) => new Date(at).toLocaleTimeString();
const loadMail = async () => {
  const messages = await (await fetch("/api/messages")).json();
  document.getElementById("mail").replaceChildren();
  for (const mail of messages) row("mail", [time(mail.sentAt), mail.to, mail.subject, mail.code]);
};
const source = new EventSource("/api/events");
const on = (kind, show) => source.addEventListener(kind, (message) => show(JSON.parse(message.data)));
on("api-request", (event) => row("events", [time(event.at), event.method + " " + event.path, event.status, event.reason]));
on("sign-in", (event) => row("events", [time(event.at), "sign-in " + event.username, event.outcome, event.reason]));
on("oauth", (event) => row("events", [time(event.at), event.endpoint, event.outcome, event.reason]));
on("user", (event) => row("events", [time(event.at), event.username, event.action, ""]));
on("mail", loadMail);
loadMail();
`;
