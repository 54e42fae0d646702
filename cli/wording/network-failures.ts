/** Requests that got no usable answer, in words. */
import { CliError } from "../shared/errors.ts";
import type { RequestFailed } from "../shared/http.ts";
import type { NextStep } from "../shared/next-step.ts";
import { safeText } from "../shared/text.ts";

export function explainNetwork(failed: RequestFailed): CliError {
  const [message, next] = words(failed);
  return new CliError("network_failed", message, { next, cause: failed });
}

function words({ failure, peer, origin, proxy }: RequestFailed): [message: string, next: NextStep] {
  const where = `${peer} at ${origin}${proxy === undefined ? "" : ` through the proxy ${proxy}`}`;
  const isLoopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(origin);
  const unreached = (why: string) => `Could not reach ${where}: ${why}.`;
  switch (failure.why) {
    case "timeout":
      return [
        `No answer from ${where} within ${failure.afterMs / 1000} s.`,
        isLoopback
          ? { say: "It is on this machine: look at the terminal where it runs, or at what it says", command: "logs" }
          : peer === "the API"
            ? "Check the connection, or allow more time: --timeout 2m"
            : { say: "Check the connection", command: "doctor" },
      ];
    case "too-large":
      return [
        `The answer of ${where} has more than the ${failure.limit} bytes that are read of it.`,
        { command: "doctor" },
      ];
    case "status":
      return [`${capital(where)} answered ${failure.status}.`, { command: "doctor" }];
    case "not-json":
      return [
        `${capital(where)} did not answer with JSON.`,
        { say: "Check that the address is right", command: "config" },
      ];
    case "name":
      return proxy === undefined
        ? [
            unreached("its name does not resolve"),
            { say: "Check the name and the connection (behind a proxy, set HTTPS_PROXY)", command: "doctor" },
          ]
        : [unreached("the proxy's name does not resolve"), "Check HTTPS_PROXY, or except the name in NO_PROXY"];
    case "refused":
      return [
        unreached("the connection was refused"),
        isLoopback
          ? { say: "It is on this machine, and not running. Start it", command: "local" }
          : proxy === undefined
            ? "Check the address and the connection; behind a proxy, set HTTPS_PROXY"
            : "Check HTTPS_PROXY, or except the name in NO_PROXY",
      ];
    case "closed":
      return [unreached("the connection was closed midway"), { say: "Try again; then", command: "doctor" }];
    case "certificate":
      return [
        unreached("its certificate was not accepted"),
        "If your network inspects TLS, point NODE_EXTRA_CA_CERTS at its CA file",
      ];
    case "other":
      return [
        unreached(safeText(failure.text, 200)),
        { say: "Check the connection and the address", command: "doctor" },
      ];
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
