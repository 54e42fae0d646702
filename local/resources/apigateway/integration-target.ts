/** Which integrations of REST and HTTP APIs lead to something that is not called here. */
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import { servedExcept } from "../contract.ts";

/**
 * An AWS service other than Lambda, as `arn:aws:apigateway:<region>:<service>:…`, or a host that is not this machine.
 * What a stage variable or a path parameter fills in is known only to the request.
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
 */
function leadsElsewhere(uri: unknown): boolean {
  if (typeof uri !== "string") return false;
  const service = /^arn:[^:]*:apigateway:[^:]*:([^:]*):/.exec(uri)?.[1];
  const host = /^https?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(uri)?.[1];
  if (/[{$]/.test(service ?? host ?? "")) return false;
  if (service !== undefined) return service !== "lambda";
  return host !== undefined && !LOOPBACK_HOSTS.has(host.toLowerCase());
}

/** The treatment of an integration's URI. */
export const integrationUri = servedExcept(
  "only Lambda functions and services on this machine are called, so requests for it are answered with 500",
  leadsElsewhere,
);
