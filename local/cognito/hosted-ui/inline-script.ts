/** Scripts of the hosted UI's pages: a function that goes to the browser as its own text, so it may use only what a browser has. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";

export interface InlineScript {
  element: ReturnType<typeof html>;
  /** For the content security policy's `script-src`. */
  source: string;
}

export function inlineScript(work: () => void): InlineScript {
  const text = `(${work})()`;
  return {
    element: html`<script>${raw(text)}</script>`,
    source: `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  };
}
