/**
 * Inside a function Cognito stands where it stands on AWS: requests to `cognito-idp.<region>.amazonaws.com` reach the
 * local identity provider, and the issuer of local tokens reads as the one that a handler computes from the pool's id. So
 * `aws-jwt-verify`, `jose` and the like verify local tokens without a change, also when they are bundled. Tokens themselves are
 * passed on as they are, so their signatures hold.
 *
 * Nothing else of AWS is called with the credentials that a function has here: they open nothing there, and what it sends
 * would leave this machine for an answer that explains nothing.
 */
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const AMAZON = /\.amazonaws\.com(?:\.cn)?$/;
const COGNITO = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;
/** In the `Authorization` field, or in the query of a presigned URL (AWS Signature Version 4). */
const CREDENTIAL = /Credential=([^/,&]+)\/\d+\/[^/,&]*\/([^/,&]+)\/aws4_request/;

interface StandIn {
  /** The local one, and AWS's issuer of each pool → the local one. */
  identityProvider: { origin: string; issuers: Readonly<Record<string, string>> } | undefined;
  /** Hears, in a sentence, of each call that is refused. */
  onRefusal(why: string): void;
}

/** What a request says of itself. */
interface Asked {
  host: string;
  /** With the query */
  path: string;
  field(lowerCaseName: string): string;
}

/** Holds for the whole process from now on. */
export function standInForAws({ identityProvider, onRefusal }: StandIn): void {
  if (identityProvider) readIssuersAsOnAws(identityProvider.issuers);
  const local = identityProvider && new URL(identityProvider.origin);
  const ownKey = process.env.AWS_ACCESS_KEY_ID;
  const onTheWay = { fetch: globalThis.fetch, request: https.request };

  /** @throws Error for a call that would only be refused by AWS */
  const isForCognito = (asked: Asked): boolean => {
    if (local && COGNITO.test(asked.host)) return true;
    const service = AMAZON.test(asked.host) ? calledWith(ownKey, asked) : undefined;
    if (service === undefined) return false;
    const why = notServed(service, asked);
    onRefusal(why);
    throw Object.assign(new Error(why), { name: "NotServedByLocalCloud", code: "NotServedByLocalCloud" });
  };

  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!AMAZON.test(url.hostname)) return onTheWay.fetch(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    const field = (name: string) => headers.get(name) ?? "";
    if (!isForCognito({ host: url.hostname, path: url.pathname + url.search, field }))
      return onTheWay.fetch(input, init);
    const address = new URL(url.pathname + url.search, local);
    return onTheWay.fetch(input instanceof Request ? new Request(address, input) : address, init);
  };

  const request = (...given: unknown[]): http.ClientRequest => {
    const [first, second] = given;
    const url = typeof first === "string" || first instanceof URL ? new URL(first) : undefined;
    const options = ((url ? second : first) ?? {}) as https.RequestOptions;
    const host = (options.hostname ?? options.host ?? url?.hostname ?? "").replace(/:\d+$/, "");
    const path = options.path ?? (url ? url.pathname + url.search : "/");
    try {
      if (!isForCognito({ host, path, field: (name) => fieldOf(options.headers, name) }))
        return Reflect.apply(onTheWay.request, https, given);
    } catch (error) {
      const createConnection: http.RequestOptions["createConnection"] = (_, done) =>
        void done(error as Error, undefined!);
      return http.request({ method: options.method, createConnection });
    }
    const { agent: _agent, host: _host, servername: _servername, headers, ...rest } = options;
    const { protocol, hostname, port } = local!;
    const toLocal = { ...rest, protocol, hostname, port, path, headers: withoutHost(headers) };
    const callback = given.find((each) => typeof each === "function") as
      | ((response: http.IncomingMessage) => void)
      | undefined;
    return protocol === "https:" ? onTheWay.request(toLocal, callback) : http.request(toLocal, callback);
  };
  https.request = request as typeof https.request;
  https.get = ((...given: unknown[]) => request(...given).end()) as typeof https.get;
  syncBuiltinESMExports();
}

/** @returns the service that a request is signed for with this key, `undefined` when it is not signed with it */
function calledWith(key: string | undefined, { path, field }: Asked): string | undefined {
  const query = path.includes("X-Amz-Credential=") ? decodeURIComponent(path) : "";
  const [, signedWith, service] = CREDENTIAL.exec(field("authorization")) ?? CREDENTIAL.exec(query) ?? [];
  return key !== undefined && signedWith === key ? service : undefined;
}

/** `AWS_ENDPOINT_URL_DYNAMODB` and the like, by signing name, where this cloud serves what the program declares. */
const ENDPOINTS: Record<string, string> = { dynamodb: "DYNAMODB", ssm: "SSM", secretsmanager: "SECRETS_MANAGER" };

function notServed(service: string, { host, field }: Asked): string {
  const operation = field("x-amz-target").split(".").at(-1);
  const called = `The function called ${operation ? `${operation} of ${service}` : service} (${host})`;
  const variable = `AWS_ENDPOINT_URL_${ENDPOINTS[service]}`;
  return variable in process.env
    ? `${called} at AWS's address; it is served here, and this SDK wants to be told where: endpoint: process.env.${variable}.`
    : `${called}, which does not run here. Start the local cloud with --aws-endpoint URL to send such calls to an emulator.`;
}

function fieldOf(headers: https.RequestOptions["headers"], lowerCaseName: string): string {
  if (headers === undefined) return "";
  const pairs: [string, unknown][] = Array.isArray(headers)
    ? headers.flatMap((name, at) => (at % 2 === 0 ? [[String(name), headers[at + 1]] as [string, unknown]] : []))
    : Object.entries(headers);
  return String(pairs.find(([name]) => name.toLowerCase() === lowerCaseName)?.[1] ?? "");
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
