/**
 * Where an integration of a REST or HTTP API leads, for the start, which names what is not called here, and for the
 * request that comes to it
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html, `uri`).
 */
import { LOOPBACK_HOSTS } from "./loopback-hosts.ts";

/** Ends in a refusal: said at the start and of each request, so that the one is recognised in the other. */
export const ONLY_CALLED =
  "only Lambda functions, services on this machine and, by REST APIs, GetObject of S3 are called";

/** The service in `arn:aws:apigateway:<region>:<service>:…`, as it is written there: a stage variable may stand for it. */
export function serviceIn(uri: string | undefined): string | undefined {
  return /^arn:[^:]*:apigateway:[^:]*:([^:]*):/.exec(uri ?? "")?.[1];
}

/**
 * An AWS service other than Lambda, or a host that is not this machine. What a stage variable or a path parameter fills
 * in is known only to the request.
 */
export function leadsElsewhere(uri: string): boolean {
  const service = serviceIn(uri);
  const host = /^https?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(uri)?.[1];
  if (/[{$]/.test(service ?? host ?? "")) return false;
  if (service !== undefined) return service !== "lambda";
  return host !== undefined && !LOOPBACK_HOSTS.has(host.toLowerCase());
}

/** In the URI of a REST API's integration: the object that GetObject is asked for, parameters and all. */
export function objectIn(uri: string | undefined): { bucket: string; key: string; query: string } | undefined {
  const [, bucket, key, query = ""] =
    /^arn:[^:]*:apigateway:[^:]*:s3:path\/([^/?]+)\/([^?]+)(?:\?(.*))?$/s.exec(uri ?? "") ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key, query };
}

/** Whether an integration of a REST API is GetObject or HeadObject. */
export function getsObject(uri: string, httpMethod: string | undefined): boolean {
  return objectIn(uri) !== undefined && /^(?:GET|HEAD)$/.test(httpMethod ?? "");
}

/** Why the URI of a function's integration calls no function. */
export function noFunctionIn(uri: string | undefined): string {
  const service = serviceIn(uri);
  return service === undefined || service === "lambda"
    ? `The integration's URI names no Lambda function: ${uri || "(none)"}.`
    : `The integration calls AWS's service ${service}, which does not run here: ${ONLY_CALLED}. Its URI is ${uri}.`;
}
