/**
 * Inside a function Cognito stands where it stands on AWS: requests to `cognito-idp.<region>.amazonaws.com` reach the
 * local identity provider, and the issuer of local tokens reads as the one that a handler computes from the pool's id. So
 * `aws-jwt-verify`, `jose` and the like verify local tokens without a change, also when they are bundled.
 *
 * Tokens themselves are passed on as they are, so their signatures hold.
 */
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const COGNITO = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/**
 * Holds for the whole process from now on.
 * @param origin of the local identity provider
 * @param issuers of AWS → the local one, for each pool
 */
export function standInForCognito(origin: string, issuers: Readonly<Record<string, string>>): void {
  readIssuersAsOnAws(issuers);
  const local = new URL(origin);
  const onTheWay = { fetch: globalThis.fetch, request: https.request };

  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!COGNITO.test(url.hostname)) return onTheWay.fetch(input, init);
    const address = new URL(url.pathname + url.search, local);
    return onTheWay.fetch(input instanceof Request ? new Request(address, input) : address, init);
  };

  const request = (...given: unknown[]): http.ClientRequest => {
    const [first, second] = given;
    const url = typeof first === "string" || first instanceof URL ? new URL(first) : undefined;
    const options = ((url ? second : first) ?? {}) as https.RequestOptions;
    const host = (options.hostname ?? options.host ?? url?.hostname ?? "").replace(/:\d+$/, "");
    if (!COGNITO.test(host)) return Reflect.apply(onTheWay.request, https, given);
    const { agent: _agent, host: _host, servername: _servername, headers, ...rest } = options;
    const toLocal = {
      ...rest,
      ...{ protocol: local.protocol, hostname: local.hostname, port: local.port },
      path: options.path ?? (url ? url.pathname + url.search : "/"),
      headers: withoutHost(headers),
    };
    const callback = given.find((each) => typeof each === "function") as
      | ((response: http.IncomingMessage) => void)
      | undefined;
    return local.protocol === "https:" ? onTheWay.request(toLocal, callback) : http.request(toLocal, callback);
  };
  https.request = request as typeof https.request;
  https.get = ((...given: unknown[]) => request(...given).end()) as typeof https.get;
  syncBuiltinESMExports();
}

/** A value that is a local issuer and nothing else; an issuer inside of another text is left alone. */
function readIssuersAsOnAws(issuers: Readonly<Record<string, string>>): void {
  // Cognito writes the slashes of its tokens as \/.
  const pairs = Object.entries(issuers).flatMap(([aws, local]) => {
    const [from, to] = [JSON.stringify(local), JSON.stringify(aws)];
    return [[from, to] as const, [from.replaceAll("/", "\\/"), to] as const];
  });
  if (pairs.length === 0) return;
  const parse = JSON.parse;
  JSON.parse = (text, reviver) => {
    let read = String(text);
    for (const [local, aws] of pairs) if (read.includes(local)) read = read.replaceAll(local, aws);
    return parse(read, reviver);
  };
}

/** The gateway to this machine answers to its own name only. */
function withoutHost(headers: https.RequestOptions["headers"]): https.RequestOptions["headers"] {
  if (headers === undefined || Array.isArray(headers)) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "host"));
}
