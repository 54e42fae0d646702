/**
 * The pages on this machine. The one behind the sign-in's redirect comes first: its first statement takes query and fragment out of the address bar, so that tokens do
 * not stay in session-restore files; then it hands them to the server that sent it, over POST, and shows what came of it.
 * It loads nothing and may talk to its own origin only.
 */
import { createHash } from "node:crypto";

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#f6f8fa;--card:#fff;--line:#d0d7de;--good:#1a7f37;--bad:#cf222e}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--paper:#0d1117;--card:#161b22;--line:#30363d;--good:#3fb950;--bad:#f85149}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:min(26rem,100%);padding:2.25rem 2rem;border:1px solid var(--line);border-radius:14px;background:var(--card);text-align:center}
svg{width:56px;height:56px;margin:0 auto 1rem;display:block;fill:none;stroke-width:3;stroke-linecap:round;stroke-linejoin:round;stroke:var(--soft)}
.ok svg{stroke:var(--good)}.failed svg{stroke:var(--bad)}
svg path{display:none}.ok .tick,.failed .cross,.wait .dots{display:inline}
h1{margin:0 0 .5rem;font-size:1.35rem;line-height:1.3}
p{margin:.25rem 0;color:var(--soft);overflow-wrap:anywhere}
footer{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.85rem;color:var(--soft)}
@media (prefers-reduced-motion:no-preference){.wait .dots{animation:pulse 1.2s ease-in-out infinite}}
@keyframes pulse{50%{opacity:.25}}`;

const script = `
const query=location.search,fragment=location.hash;history.replaceState(null,"",location.pathname);
function show(state,heading,text){document.querySelector("main").className=state;document.querySelector("h1").textContent=heading;document.querySelector("#detail").textContent=text;document.title=heading+" · "+document.querySelector("main").dataset.product}
addEventListener("DOMContentLoaded",()=>{fetch(location.pathname,{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({query,fragment}),credentials:"omit",cache:"no-store"})
.then(async r=>{const a=await r.json();show(a.ok?"ok":"failed",a.title,a.detail)})
.catch(()=>show("failed","Nobody is waiting any more","The terminal that started this sign-in has finished or stopped. "+document.querySelector("main").dataset.again))});`;

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Sent with everything the receiver answers. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const picture = `<svg viewBox="0 0 56 56" aria-hidden="true"><circle cx="28" cy="28" r="25"/><path class="tick" d="M17 29l8 8 15-17"/><path class="cross" d="M20 20l16 16M36 20L20 36"/><path class="dots" d="M18 28h.01M28 28h.01M38 28h.01"/></svg>`;

/** What the pages call the program that waits, and what they advise. */
export interface PageWords {
  product: string;
  /** When nobody waits any more. */
  again: string;
  /** Without JavaScript. */
  paste: string;
}

function page({ product }: PageWords, title: string, head: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${head}<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${escapeHtml(product)}</title>
<style>${style}</style>
</head>
<body>
${content}
</body>
</html>
`;
}

/** The same for every sign-in: nothing of the request is in it. */
export const callbackPage = (words: PageWords) =>
  page(
    words,
    "Signing in",
    `<script>${script}</script>\n`,
    `<main class="wait" data-product="${escapeHtml(words.product)}" data-again="${escapeHtml(words.again)}">
${picture}
<div role="status">
<h1>Finishing the sign-in…</h1>
<p id="detail">Checking what the identity provider sent.</p>
</div>
<noscript><p>This page needs JavaScript to hand the answer to the terminal. ${escapeHtml(words.paste)}</p></noscript>
<footer>${escapeHtml(words.product)} on this computer</footer>
</main>`,
  );

/** Where the hosted UI sends the browser after it has ended its session. */
export const signedOutPage = (words: PageWords) =>
  page(
    words,
    "Signed out",
    "",
    `<main class="ok">
${picture}
<h1>You are signed out</h1>
<p>The hosted UI has ended its session in this browser. You can close this tab.</p>
<footer>${escapeHtml(words.product)} on this computer</footer>
</main>`,
  );

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
