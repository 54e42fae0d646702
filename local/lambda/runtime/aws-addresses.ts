/**
 * Inside a function Cognito stands where it stands on AWS: requests to `cognito-idp.<region>.amazonaws.com` reach the
 * local identity provider, and the issuer of local tokens reads as the one that a handler computes from the pool's id. So
 * `aws-jwt-verify`, `jose` and the like verify local tokens without a change, also when they are bundled. Tokens themselves are
 * passed on as they are, so their signatures hold.
 *
 * What is signed with the credentials that a function has here opens nothing on AWS. It goes to the endpoint that the function's
 * environment names for the service, also from SDKs that read none (version 2 of the one for JavaScript); where there is none, it fails
 * at once: it would leave this machine for an answer that explains nothing.
 */
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { SIGNED_HOST } from "../../permissions/signed-host.ts";

const AMAZON = /\.amazonaws\.com(?:\.cn)?$/;
const COGNITO = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;
/** In the `Authorization` field, or in the query of a presigned URL (AWS Signature Version 4). */
const CREDENTIAL = /Credential=([^/,&]+)\/\d+\/[^/,&]*\/([^/,&]+)\/aws4_request/;

interface StandIn {
  /** The local one, and AWS's issuer of each pool → the local one. */
  identityProvider: { origin: string; issuers: Readonly<Record<string, string>> } | undefined;
  /** Hears of each call that is refused, and why in a sentence. */
  onRefusal(call: { service: string; operation: string }, why: string): void;
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
  const cognito = identityProvider && new URL(identityProvider.origin);
  const ownKey = process.env.AWS_ACCESS_KEY_ID;
  const onTheWay = { fetch: globalThis.fetch, request: https.request };

  /**
   * @returns where a request goes instead, `undefined` when it is left alone
   * @throws Error for a call that would only be refused by AWS
   */
  const instead = (asked: Asked): URL | undefined => {
    if (cognito && COGNITO.test(asked.host)) return cognito;
    const service = AMAZON.test(asked.host) ? calledWith(ownKey, asked) : undefined;
    if (service === undefined) return undefined;
    const endpoint = endpointOf(service, asked.host);
    if (endpoint) return endpoint;
    const operation = asked.field("x-amz-target").split(".").at(-1) || "a request";
    const name = process.env.AWS_LAMBDA_FUNCTION_NAME;
    const why = `${name} sent ${operation} to ${service} (${asked.host}), which does not run here. Start the local cloud with --aws-endpoint URL to send such calls to an emulator.`;
    onRefusal({ service, operation }, why);
    throw Object.assign(new Error(why), { name: "NotServedByLocalCloud", code: "NotServedByLocalCloud" });
  };

  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!AMAZON.test(url.hostname)) return onTheWay.fetch(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    const field = (name: string) => headers.get(name) ?? "";
    const to = instead({ host: url.hostname, path: url.pathname + url.search, field });
    if (!to) return onTheWay.fetch(input, init);
    const address = new URL(url.pathname + url.search, to);
    headers.set(SIGNED_HOST, url.host);
    return onTheWay.fetch(input instanceof Request ? new Request(address, input) : address, { ...init, headers });
  };

  const request = (...given: unknown[]): http.ClientRequest => {
    const [first, second] = given;
    const url = typeof first === "string" || first instanceof URL ? new URL(first) : undefined;
    const options = ((url ? second : first) ?? {}) as https.RequestOptions;
    const host = (options.hostname ?? options.host ?? url?.hostname ?? "").replace(/:\d+$/, "");
    const path = options.path ?? (url ? url.pathname + url.search : "/");
    let to: URL | undefined;
    try {
      to = instead({ host, path, field: (name) => fieldOf(options.headers, name) });
    } catch (error) {
      const createConnection: http.RequestOptions["createConnection"] = (_, done) =>
        void done(error as Error, undefined!);
      return http.request({ method: options.method, createConnection });
    }
    if (!to) return Reflect.apply(onTheWay.request, https, given);
    const { agent: _agent, host: _host, servername: _servername, headers, ...rest } = options;
    const { protocol, hostname, port } = to;
    const local = {
      ...rest,
      protocol,
      hostname,
      port,
      path,
      headers: { ...withoutHost(headers), [SIGNED_HOST]: host },
    };
    const callback = given.find((each) => typeof each === "function") as
      | ((response: http.IncomingMessage) => void)
      | undefined;
    return protocol === "https:" ? onTheWay.request(local, callback) : http.request(local, callback);
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

/** The names of services' endpoints in the environment, by signing name, where they differ from it. */
const NAMES: Record<string, string> = { secretsmanager: "SECRETS_MANAGER" };

/** As https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html has it, but for hosts with a bucket in them. */
function endpointOf(service: string, host: string): URL | undefined {
  const { env } = process;
  const own = env[`AWS_ENDPOINT_URL_${NAMES[service] ?? service.toUpperCase().replaceAll("-", "_")}`];
  const isPlain = host.split(".").length === (host.endsWith(".cn") ? 5 : 4);
  const endpoint = own ?? (isPlain ? env.AWS_ENDPOINT_URL : undefined);
  return endpoint === undefined ? undefined : new URL(endpoint);
}

function fieldOf(headers: https.RequestOptions["headers"], lowerCaseName: string): string {
  return String(pairsOf(headers).find(([name]) => name.toLowerCase() === lowerCaseName)?.[1] ?? "");
}

/** As an object, or as name, value, name, value … */
function pairsOf(
  headers: https.RequestOptions["headers"],
): [name: string, value: http.OutgoingHttpHeader | undefined][] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {});
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : []));
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
function withoutHost(headers: https.RequestOptions["headers"]): Record<string, http.OutgoingHttpHeader | undefined> {
  return Object.fromEntries(pairsOf(headers).filter(([name]) => name.toLowerCase() !== "host"));
}
