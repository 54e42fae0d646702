/** What an API's refusal means: API Gateway says little, and a local cloud knows why. */
import type { TokenUse } from "../../sessions/session.ts";
import { CliError } from "../../shared/errors.ts";
import type { HttpAnswer } from "../../shared/http-client.ts";
import type { NextStep } from "../../shared/next-step.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { refusalReason } from "../../targets/cloud-events.ts";
import type { Route } from "../../targets/settings.ts";
import { findRoute, methodsAt, type Target } from "../../targets/target.ts";
import { GATEWAY_METHODS } from "./call-input.ts";
import { bodyValue } from "./show-answer.ts";

/**
 * A request without credentials to a path that is not there is told "Missing Authentication Token". One that carries a token
 * is taken for an AWS signature, and its parts are complained about instead.
 */
function isUnknownRoute(answer: HttpAnswer, said: string): boolean {
  const type = answer.headers["x-amzn-errortype"] ?? "";
  return /missing authentication token/i.test(said) || /^(IncompleteSignature|InvalidSignature)Exception/.test(type);
}

/** @returns the error that the call ends with */
export async function refusalOf(
  world: Pick<World, "stream">,
  answer: HttpAnswer,
  target: Target,
  { method, path, pathname, use }: { method: string; path: string; pathname: string; use: TokenUse },
): Promise<CliError> {
  const { status } = answer;
  const message = Object(bodyValue(answer.body)).message;
  const said = typeof message === "string" ? `: ${safeText(message, 200)}` : "";
  const what = `The API answered ${status}${said.replace(/\.+$/, "")}.`;
  const requestId = answer.headers["x-amzn-requestid"];
  const reason =
    target.console !== undefined && requestId !== undefined && (status === 401 || status === 403 || status >= 500)
      ? await refusalReason(world, target.console, requestId)
      : undefined;
  const methods = GATEWAY_METHODS.includes(method) ? [] : [unknownMethod(method, path)];
  const wrongPlace =
    methods.length > 0 ? methods : [otherMethod(target, method, pathname) ?? otherPath(target, pathname)];
  if (status === 403 && isUnknownRoute(answer, said)) {
    return new CliError("api_refused", `${what} That is how API Gateway says that there is no such method and path.`, {
      next: wrongPlace,
    });
  }
  const login: NextStep = { command: "login", args: ["--force"] };
  // The local cloud knows; on AWS one has to guess.
  if (reason !== undefined) {
    const explained = `${what} ${safeText(reason, 600)}`;
    return status === 401
      ? new CliError("api_unauthorized", explained, { next: [login] })
      : new CliError("api_refused", explained, { next: [] });
  }
  if (status === 401) {
    const other = use === "id" ? "access" : "id";
    const next = /expired/i.test(said)
      ? [login]
      : [
          { ...login, say: "If the session was ended or the token revoked" },
          `The ${use === "id" ? "ID" : "access"} token was sent; if the method wants the other: --type ${other}`,
        ];
    return new CliError("api_unauthorized", what, { next });
  }
  if (status >= 500) return new CliError("api_refused", what, { next: functionLog(target) });
  // An HTTP API answers so where it has no route; but so may the function of one that it has.
  const isUnrouted = status === 404 && target.routes.length > 0 && !findRoute(target.routes, method, pathname);
  return new CliError("api_refused", what, { next: isUnrouted ? wrongPlace : methods });
}

const SHOWN_ROUTES = 8;

/** What the API has, first of all what begins as the path that was asked for. */
function otherPath({ apiUrl, routes }: Target, pathname: string): NextStep {
  const likeness = ({ path }: Route) => {
    let shared = 0;
    while (shared < path.length && path[shared] === pathname[shared]) shared++;
    return shared;
  };
  const near = routes.toSorted((a, b) => likeness(b) - likeness(a));
  const named = near.slice(0, SHOWN_ROUTES).map(({ method, path }) => `${method} ${safeText(path, 80)}`);
  const check = `Check path and stage (${apiUrl}).`;
  if (near.length <= SHOWN_ROUTES) return named.length > 0 ? `${check} It has ${named.join(", ")}` : check;
  const rest = `and ${near.length - SHOWN_ROUTES} more`;
  return { say: `${check} It has ${named.join(", ")}, ${rest}`, command: "config" };
}

/** For a path that the API has with other methods. */
function otherMethod({ routes }: Target, method: string, pathname: string): NextStep | undefined {
  const taken = methodsAt(routes, pathname);
  if (taken.length === 0 || taken.includes(method) || taken.includes("ANY")) return undefined;
  const say = `${safeText(pathname, 80)} takes ${taken.join(" and ")}, not ${method}`;
  return { say, command: "call", args: [pathname, "-X", taken[0]!] };
}

function functionLog(target: Target): NextStep {
  return target.kind === "local"
    ? { say: "See what the function said", command: "logs" }
    : "See the function's log: aws logs tail /aws/lambda/<function>";
}

function unknownMethod(method: string, path: string): NextStep {
  const known = `${GATEWAY_METHODS.slice(0, -1).join(", ")} and ${GATEWAY_METHODS.at(-1)}`;
  const say = `${method} is not a method of API Gateway, which has ${known}`;
  return { say, command: "call", args: [path, "-X", "GET"] };
}
