/** What holds for any input: parsers never throw or believe too much, and text from elsewhere is always harmless. */
import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { checkAddress, checkIssuer, isLoopback } from "../../cli/oauth/addresses.ts";
import { readAuthorizationResponse } from "../../cli/oauth/authorization-response.ts";
import { parseSession } from "../../cli/sessions/session.ts";
import { CliError } from "../../cli/shared/errors.ts";
import { splitPaste } from "../../cli/shared/hidden-lines.ts";
import { redact, safeBlock, safeText } from "../../cli/shared/text.ts";
import { parseSettings } from "../../cli/targets/settings.ts";

const state = "s".repeat(43);

describe("for any input", () => {
  it("a redirect without our state is never believed", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (query, fragment) => {
        ok(!readAuthorizationResponse(query, fragment, { state }).ok);
      }),
    );
  });

  it("a redirect with our state is read by name, in whatever order", () => {
    const pairs = Object.entries({ id_token: "i", access_token: "a", token_type: "Bearer", expires_in: "3600", state });
    fc.assert(
      fc.property(fc.shuffledSubarray(pairs, { minLength: pairs.length }), fc.boolean(), (shuffled, inQuery) => {
        const text = new URLSearchParams(shuffled).toString();
        const read = inQuery
          ? readAuthorizationResponse(`?${text}`, "", { state })
          : readAuthorizationResponse("", `#${text}`, { state });
        equal(JSON.stringify(read), '{"ok":true,"response":{"kind":"tokens","idToken":"i","accessToken":"a"}}');
      }),
    );
  });

  it("a pasted line is split without an exception", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (line) => {
        const { query, fragment } = splitPaste(line);
        ok(typeof query === "string" && typeof fragment === "string");
      }),
    );
  });

  it("an accepted address is https, or stays on this machine", () => {
    const candidates = fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string());
    const variants = fc.tuple(fc.constantFrom("", "http://127.0.0.1@", "http://localhost.", "//", "http:"), candidates);
    fc.assert(
      fc.property(variants, ([prefix, text]) => {
        const address = checkAddress(prefix + text);
        if (!address.ok) return;
        ok(address.url.protocol === "https:" || isLoopback(address.url));
        equal(address.url.username + address.url.password + address.url.hash, "");
      }),
    );
  });

  it("an accepted issuer is Cognito's or this machine's", () => {
    fc.assert(
      fc.property(fc.domain(), fc.string(), (domain, path) => {
        const issuer = checkIssuer(`https://${domain}/${path}`);
        if (issuer.ok) ok(/(^|\.)amazonaws\.com(\.cn)?$/.test(issuer.url.hostname) || isLoopback(issuer.url));
      }),
    );
  });

  it("settings are parsed, or refused with a code and a next step", () => {
    const key = fc.constantFrom("issuer", "clientId", "apiUrl", "routes", "scopes", "flow", "callbackUrls", "region");
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (value) => {
        try {
          parseSettings(value, "a file");
        } catch (error) {
          ok(error instanceof CliError && error.code === "configuration_invalid" && error.next);
        }
      }),
    );
  });

  it("a stored value is a session or nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        equal(parseSession(value), undefined);
      }),
    );
  });

  it("shown text has no control characters and no direction overrides", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
        ok(!/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(safeText(text)));
      }),
    );
  });

  it("text of a megabyte is made harmless at once, whatever it repeats", () => {
    const long = (text: string) => text.repeat(1_000_000 / text.length);
    equal(safeBlock(long("\u001b]")).trim(), "");
    equal(safeBlock(`${long("\u001b]")}\u0007end`), "end");
    equal(safeBlock("a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ \u001b[1mb\u001b]0;title"), "alink b 0;title");
    equal(redact(`${long("eyJ")} eyJhbGciOi.eyJzdWI.c2ln`), `${long("eyJ")} [token]`);
    equal(new CliError("configuration_invalid", `${long(" ")}x\n y`, { next: [] }).message, `${long(" ")}x y`);
  });

  it("a redacted line holds no JWT, wherever it stood", () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_-]{8,40}$/);
    fc.assert(
      fc.property(fc.string(), part, part, part, fc.string(), (before, header, payload, signature, after) => {
        const clean = redact(`${before} eyJ${header}.${payload}.${signature} ${after}`);
        ok(!clean.includes(`${payload}.${signature}`));
      }),
    );
  });
});
