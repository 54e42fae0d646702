/** `$util` in mapping templates: the six functions that API Gateway has. */
import { TemplateObject } from "./velocity/java-methods.ts";
import { parseJson, print } from "./velocity/java-values.ts";

export const UTIL = new TemplateObject({
  // As commons-lang's StringEscapeUtils.escapeJavaScript, slashes included.
  escapeJavaScript: (value: unknown) =>
    print(value).replace(
      /["'\\/]|[^\x20-\x7f]/g,
      (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
    ),
  parseJson: (value: unknown) => parseJson(print(value)),
  // As java.net.URLEncoder: a form's encoding, in which `*` stands for itself.
  urlEncode: (value: unknown) =>
    encodeURIComponent(print(value))
      .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%20", "+"),
  urlDecode: (value: unknown) => decodeURIComponent(print(value).replaceAll("+", " ")),
  base64Encode: (value: unknown) => Buffer.from(print(value)).toString("base64"),
  base64Decode: (value: unknown) => Buffer.from(print(value), "base64").toString(),
});

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  "'": "\\'",
  "\\": "\\\\",
  "/": "\\/",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\f": "\\f",
  "\b": "\\b",
};
