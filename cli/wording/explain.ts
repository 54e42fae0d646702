/** The one place where a typed refusal of the parts below becomes a sentence for a person, with what to do next. */
import { OAuthRefused } from "../oauth/refusals.ts";
import { SessionRefused } from "../sessions/refusals.ts";
import type { CliError } from "../shared/errors.ts";
import { RequestFailed } from "../shared/http.ts";
import { explainNetwork } from "./network-failures.ts";
import { explainOAuth } from "./oauth-refusals.ts";
import { explainSession } from "./session-refusals.ts";

/** @returns the refusal in words; whatever else was thrown, as it is */
export function explain(thrown: unknown): unknown | CliError {
  if (thrown instanceof OAuthRefused) return explainOAuth(thrown);
  if (thrown instanceof SessionRefused) return explainSession(thrown);
  if (thrown instanceof RequestFailed) return explainNetwork(thrown);
  return thrown;
}
