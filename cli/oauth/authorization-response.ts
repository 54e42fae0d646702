/**
 * What comes back on the redirect: RFC 6749 §4.1.2 and §4.2.2. Cognito answers the implicit flow in the fragment, the
 * code flow in the query, and some errors in the query without `state`; parameters are read by name, never by position.
 */
import { type Secrets, sameSecret } from "./authorization-request.ts";

export type AuthorizationResponse =
  | { kind: "tokens"; idToken: string | undefined; accessToken: string | undefined }
  | { kind: "code"; code: string }
  | { kind: "error"; error: string; description: string | undefined };

export type ReadResponse =
  | { ok: true; response: AuthorizationResponse }
  /** Not the answer to our request; `error` is what it claims, unauthenticated. */
  | { ok: false; reason: "no-state" | "wrong-state" | "empty"; error: string | undefined };

/**
 * Reads the redirect's raw query and fragment (each with or without its `?` or `#`).
 * Only an answer with our `state` is believed.
 */
export function readAuthorizationResponse(
  query: string,
  fragment: string,
  secrets: Pick<Secrets, "state">,
): ReadResponse {
  const parameters = new URLSearchParams(query.replace(/^\?/, ""));
  for (const [name, value] of new URLSearchParams(fragment.replace(/^#/, ""))) parameters.append(name, value);

  const one = (name: string) => {
    const values = parameters.getAll(name);
    return values.length === 1 && values[0] !== "" ? values[0] : undefined;
  };
  const error = claimedError(parameters);
  const state = one("state");
  if (state === undefined) return { ok: false, reason: error || parameters.size > 0 ? "no-state" : "empty", error };
  if (!sameSecret(secrets.state, state)) return { ok: false, reason: "wrong-state", error };

  if (parameters.has("error")) {
    return {
      ok: true,
      response: { kind: "error", error: one("error") ?? "unknown", description: one("error_description") },
    };
  }
  const code = one("code");
  if (code) return { ok: true, response: { kind: "code", code } };
  return { ok: true, response: { kind: "tokens", idToken: one("id_token"), accessToken: one("access_token") } };
}

/** The error that a redirect claims, for the person's eyes only. */
export function claimedError(parameters: URLSearchParams): string | undefined {
  const error = parameters.get("error");
  if (error === null) return undefined;
  const description = parameters.get("error_description");
  return description ? `${error} (${description})` : error;
}
