/**
 * The console's page as one document without any external asset. The server renders what does not change while a cloud
 * runs; `script.ts` fills in the rest and keeps it current.
 */
import { randomBytes } from "node:crypto";
import { html, raw } from "hono/html";
import type { ReadyDocument } from "../host/ready-document.ts";
import { pageScript } from "./script.ts";
import { pageStyle } from "./style.ts";

/**
 * @param run the cloud's run: its id, and what proves that a change comes from this page
 * @returns the document, and the content security policy that goes with it
 */
export function consolePage(
  { project }: ReadyDocument,
  run: { id: string; pageToken: string },
): { html: ReturnType<typeof html>; policy: string } {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return {
    policy,
    html: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${project.name} (${project.stack}) · local cloud</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${raw(pageStyle)}</style>
</head>
<body>
<header>
  <div class="bar"><h1>${project.name} <small>stack ${project.stack}, on this machine</small></h1><p id="live" class="live" role="status">Connecting…</p></div>
  <nav aria-label="Sections"><a href="#tutorial">Tutorial</a> <a href="#token">Token</a> <a href="#functions">Functions</a> <a href="#tables" hidden>Tables</a> <a href="#requests">Requests</a> <a href="#mail">Mail</a> <a href="#users">Users</a> <a href="#resources">Resources</a></nav>
</header>
<noscript><p class="message failed">This page shows what happens as it happens, which takes JavaScript. Without it, <code>GET /api/cloud</code>, <code>/api/users</code> and <code>/api/messages</code> tell the same.</p></noscript>
<p id="message" class="message" role="status"></p>
<main>
<div class="column">${TUTORIAL}${TOKEN}${FUNCTIONS}${TABLES}</div>
<div class="column">${REQUESTS}${MAIL}${USERS}</div>
${RESOURCES}
</main>
${USER_DIALOG}
<script nonce="${nonce}">${raw(pageScript({ run: run.id, pageToken: run.pageToken }))}</script>
</body>
</html>`,
  };
}

const TUTORIAL = html`<section id="tutorial" aria-labelledby="tutorial-title">
  <h2 id="tutorial-title">The tutorial, on what runs here</h2>
  <div class="fields with-routes">
    <label>Route <select id="route"></select></label>
    <label id="path-label" hidden>Path <input id="path" autocomplete="off" spellcheck="false"></label>
  </div>
  <ol class="steps">
    <li class="with-routes"><h3>Call the API without a token</h3>
      <p class="quiet">The authorizer refuses, and AWS only says “Unauthorized”.</p>
      <button type="button" id="call-without">Call without a token</button>
      <div id="answer-without" class="answer" aria-live="polite"></div></li>
    <li id="sign-in-step"><h3 id="sign-in-title">Sign in</h3>
      <p class="quiet"><span id="sign-up-words"></span> <a href="#mail">Mail</a>. <span id="sign-in-words"></span> Or take a token at once: Actions, beside a user under <a href="#users">Users</a>.</p>
      <p id="sign-in-links" class="row"></p></li>
    <li class="with-routes"><h3>Call it with the token</h3>
      <form id="call-with-form">
        <label for="call-token" class="token-words">Token, or the address that the sign-in led to</label>
        <div class="row"><input id="call-token" type="password" autocomplete="off" spellcheck="false">
        <button type="submit" id="call-with">Call with the token</button></div>
        <p class="quiet">It goes to the API as the <code>Authorization</code> header and is kept nowhere. In a terminal: <code>npx demo-auth login</code>, then <code>npx demo-auth call</code>.</p>
      </form>
      <div id="answer-with" class="answer" aria-live="polite"></div></li>
  </ol>
</section>`;

const REQUESTS = html`<section id="requests" aria-labelledby="requests-title">
  <div class="bar"><h2 id="requests-title">Requests</h2>
    <div class="row"><label class="check"><input type="checkbox" id="only-requests"> API requests only</label> <label class="check"><input type="checkbox" id="service-lines"> Lambda's own lines</label> <button type="button" id="clear-log">Clear</button></div></div>
  <p id="log-empty" class="quiet">Nothing has happened yet. Each request will appear here with the authorizer's decision and its reason.</p>
  <div class="log scroll" tabindex="0" role="log" aria-label="What happened, newest first"><ol id="log"></ol></div>
</section>`;

const MAIL = html`<section id="mail" aria-labelledby="mail-title">
  <h2 id="mail-title">Mail</h2>
  <p id="mail-empty" class="quiet">What Cognito would send appears here; nothing leaves this machine.</p>
  <ul id="mail-list" class="plain-list" aria-live="polite"></ul>
</section>`;

const USERS = html`<section id="users" aria-labelledby="users-title">
  <h2 id="users-title">Users</h2>
  <div id="users-list"></div>
</section>`;

const FUNCTIONS = html`<section id="functions" aria-labelledby="functions-title">
  <h2 id="functions-title">Functions</h2>
  <p class="quiet">What invokes them on AWS by itself does so here when you say so.</p>
  <ul id="functions-list" class="plain-list"></ul>
</section>`;

const TABLES = html`<section id="tables" aria-labelledby="tables-title" hidden>
  <h2 id="tables-title">Tables</h2>
  <p class="quiet">Items by their keys, without the types of DynamoDB's JSON.</p>
  <ul id="tables-list" class="plain-list"></ul>
</section>`;

const TOKEN = html`<section id="token" aria-labelledby="token-title">
  <h2 id="token-title">Token inspector</h2>
  <label for="token-input" class="token-words">Token, or the address that the sign-in led to</label>
  <textarea id="token-input" rows="4" autocomplete="off" spellcheck="false" aria-describedby="token-note"></textarea>
  <div class="bar"><p id="token-note" class="quiet">It is decoded and checked in this page and never sent anywhere.</p> <button type="button" id="token-clear">Forget it</button></div>
  <div id="token-result" aria-live="polite"></div>
</section>`;

const RESOURCES = html`<section id="resources" class="whole" aria-labelledby="resources-title">
  <h2 id="resources-title">What the program declared</h2>
  <p id="resource-count" class="quiet"></p>
  <div id="resource-graph" class="scroll" tabindex="0" role="region" aria-label="Drawing of the resource graph"></div>
  <div id="resource-tree"></div>
</section>`;

const USER_DIALOG = html`<dialog id="user-dialog" aria-labelledby="user-dialog-title">
  <form id="user-form" method="dialog">
    <h2 id="user-dialog-title">User</h2>
    <p id="user-dialog-text" class="quiet"></p>
    <label id="user-field-label"><span id="user-field-name"></span> <input id="user-field" spellcheck="false" autocapitalize="none"></label>
    <label id="permanent-label" class="check"><input type="checkbox" id="permanent" checked> Permanent: it need not be changed at the next sign-in</label>
    <p id="user-dialog-problem" class="problem" role="alert"></p>
    <div class="row"><button type="submit" id="user-submit" class="primary">OK</button> <button type="button" id="user-cancel">Cancel</button></div>
  </form>
</dialog>`;
