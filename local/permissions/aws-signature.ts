/**
 * Verifies a Signature Version 4, in the `Authorization` field or in the query
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type AccessKey, type RoleSession, roleSession, sessionKeyId } from "./access-key.ts";
import { incompleteSignature, MISMATCH, SignatureRefusal, signatureParts } from "./signature-refusal.ts";

export interface SignedRequest {
  /** On the request line */
  method: string;
  /** As it arrived, not decoded */
  path: string;
  /** As it arrived, without `?` */
  queryString: string;
  headers: {
    /** Every value of a name, in the order of arrival. */
    all(lowerCaseName: string): string[];
    last(lowerCaseName: string): string | undefined;
  };
  /** As it arrived */
  body: Buffer | undefined;
  /** When it arrived, by the clock of whoever signs; milliseconds since the epoch */
  signedBefore: number;
}

/** What a signature has to be for. */
export interface SignatureScope {
  region: string;
  /** The service's signing name, such as `execute-api` */
  service: string;
  /** Between the signature's date and now, either way; 5 as API Gateway has it */
  skewMinutes?: number;
}

interface Signature {
  credential: string;
  signedHeaders: string[];
  signature: string;
  /** `20260615T120000Z` */
  date: string;
  /** For how many seconds it holds; `undefined` in a header field */
  expires: number | undefined;
  sessionToken: string | undefined;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const SKEW_MINUTES = 5;

/**
 * @param key the only one that anybody has here, and that functions have sessions of
 * @returns the session that the request was signed in, `undefined` when it was signed with the key itself
 * @throws SignatureRefusal when the request is signed with neither, or not as it arrived, now, for this scope
 */
export function verifySignature(
  request: SignedRequest,
  wanted: SignatureScope,
  key: AccessKey,
): RoleSession | undefined {
  const signature = readSignature(request);
  const [accessKeyId = "", ...scope] = signature.credential.split("/");
  const session = signedSession(accessKeyId, signature.sessionToken, key);
  requireScope(scope, wanted, signature.date);
  requireTimely(signature, request.signedBefore, wanted.skewMinutes ?? SKEW_MINUTES);
  requireMatch(request, signature, scope, key);
  return session;
}

function signedSession(accessKeyId: string, sessionToken: string | undefined, key: AccessKey): RoleSession | undefined {
  const refuse = (reason: string) => new SignatureRefusal(reason, UNKNOWN_TOKEN);
  if (accessKeyId === key.id) {
    if (sessionToken === undefined) return undefined;
    throw refuse("The local account's key has no session token; the request sends one.");
  }
  if (accessKeyId !== sessionKeyId(key)) {
    throw refuse(
      `The access key of the signature is not the one of the local account, ${key.id}. Keys of AWS open nothing here.`,
    );
  }
  if (sessionToken === undefined) {
    throw refuse("The signature's key is one of a function, and the request lacks its AWS_SESSION_TOKEN.");
  }
  const session = roleSession(key, sessionToken);
  if (!session) throw refuse("The session token is not one that a function of this cloud has.");
  return session;
}

function readSignature(request: SignedRequest): Signature {
  const { headers, queryString } = request;
  const authorization = headers.last("authorization");
  if (authorization === undefined) return readQuery(queryPairs(queryString));
  const date = headers.last("x-amz-date") ?? basicDate(headers.last("date"));
  const complaint = incompleteSignature(authorization, date);
  if (complaint) {
    throw new SignatureRefusal(
      "AWS_IAM authorization takes a Signature Version 4 in the Authorization field.",
      complaint,
    );
  }
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    throw new SignatureRefusal(`The signature's algorithm is not ${ALGORITHM}.`, MISMATCH);
  }
  const parts = new Map(
    signatureParts(authorization).map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
  );
  return {
    credential: parts.get("Credential")!,
    signedHeaders: parts.get("SignedHeaders")!.split(";"),
    signature: parts.get("Signature")!,
    date: date!,
    expires: undefined,
    sessionToken: headers.last("x-amz-security-token"),
  };
}

function readQuery(pairs: Pair[]): Signature {
  const one = (name: string) => pairs.find(([key]) => key === name)?.[1];
  const signature = one("X-Amz-Signature");
  if (signature === undefined) {
    throw new SignatureRefusal(
      "The request has no signature: sign it with the local account's access key, which the ready " +
        "document has under credentials.",
      undefined,
    );
  }
  const [credential, signedHeaders, date] = ["X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Date"].map(one);
  const expires = Number(one("X-Amz-Expires") ?? SKEW_MINUTES * 60);
  if (!credential || !signedHeaders || !date || one("X-Amz-Algorithm") !== ALGORITHM || !(expires <= 604_800)) {
    throw new SignatureRefusal(
      "The query has X-Amz-Signature without the rest: X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-SignedHeaders.",
      { ...MISMATCH, errorType: "IncompleteSignatureException" },
    );
  }
  const sessionToken = one("X-Amz-Security-Token");
  return { credential, signedHeaders: signedHeaders.split(";"), signature, date, expires, sessionToken };
}

function requireScope(scope: readonly string[], { region, service: wanted }: SignatureScope, date: string): void {
  const [day = "", scopeRegion, service, terminator] = scope;
  const refuse = (reason: string, message: string) =>
    new SignatureRefusal(reason, { message, errorType: MISMATCH.errorType });
  if (scopeRegion !== region) {
    throw refuse(
      `The signature is for the region ${scopeRegion ?? "(none)"}; what it calls is in ${region}.`,
      "Credential should be scoped to a valid region. ",
    );
  }
  if (service !== wanted || terminator !== "aws4_request" || scope.length !== 4) {
    throw refuse(
      `The signature is for the service ${service ?? "(none)"}; sign for ${wanted}.`,
      `Credential should be scoped to correct service: '${wanted}'. `,
    );
  }
  if (!date.startsWith(day)) {
    throw refuse(
      `The credential's scope is of ${day}, the request of ${date}.`,
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
        `'${day}' != '${date.slice(0, 8)}', from '${date}'.`,
    );
  }
}

function requireTimely({ date, expires }: Signature, now: number, skewMinutes: number): void {
  const signedAt = milliseconds(date);
  const skew = skewMinutes * 60_000;
  if (signedAt === undefined) throw new SignatureRefusal(`${date} is not a date such as 20260615T120000Z.`, MISMATCH);
  const refuse = (message: string) =>
    new SignatureRefusal(
      `The request was signed at ${date}; the local cloud's clock says ${basic(now)}, and ${skewMinutes} minutes may lie between.`,
      { message, errorType: MISMATCH.errorType },
    );
  if (now > signedAt + (expires === undefined ? skew : expires * 1000)) {
    const since = expires === undefined ? `${basic(now - skew)} (${basic(now)} - ${skewMinutes} min.)` : basic(now);
    throw refuse(`Signature expired: ${date} is now earlier than ${since}`);
  }
  if (now < signedAt - skew) {
    throw refuse(
      `Signature not yet current: ${date} is still later than ${basic(now + skew)} (${basic(now)} + ${skewMinutes} min.)`,
    );
  }
}

function requireMatch(
  request: SignedRequest,
  { signedHeaders, signature, date }: Signature,
  scope: readonly string[],
  key: AccessKey,
): void {
  if (!signedHeaders.includes("host")) throw new SignatureRefusal("The Host field is not signed.", MISMATCH);
  const canonical = canonicalRequest(request, signedHeaders);
  const stringToSign = [ALGORITHM, date, scope.join("/"), sha256(canonical)].join("\n");
  const signingKey = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key.secret}`);
  const expected = hmac(signingKey, stringToSign);
  const given = Buffer.from(signature, "hex");
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new SignatureRefusal(
    `The signature is not the one of this request. Its canonical form has the path ${canonicalPath(request.path)}, ` +
      `the signed fields ${signedHeaders.join(";")} and the payload hash ${sha256(request.body ?? "")}; a field or a body ` +
      "that changed on its way, or another secret, makes another signature.",
    MISMATCH,
  );
}

function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const { method, path, queryString, headers, body } = request;
  const fields = signedHeaders.map((name) => {
    const values = headers.all(name).map((value) => value.trim().replace(/ +/g, " "));
    return `${name}:${values.join(",")}\n`;
  });
  return [
    method,
    canonicalPath(path),
    canonicalQuery(queryString),
    fields.join(""),
    signedHeaders.join(";"),
    sha256(body ?? ""),
  ].join("\n");
}

/** Of every service but S3: dot segments and doubled slashes taken out, and what is encoded already encoded again. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encoded(segment));
  }
  const end = segments.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${segments.join("/")}${end}`;
}

type Pair = [name: string, value: string];

function queryPairs(queryString: string): Pair[] {
  return queryString
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=");
      const [name, value] = equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
      return [decoded(name), decoded(value)];
    });
}

function canonicalQuery(queryString: string): string {
  return queryPairs(queryString)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]): Pair => [encoded(name), encoded(value)])
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** RFC 3986 §2.3: everything but the unreserved characters. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const UNKNOWN_TOKEN = {
  message: "The security token included in the request is invalid.",
  errorType: "UnrecognizedClientException",
};

const basic = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, "");

function basicDate(date: string | undefined): string | undefined {
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(milliseconds) ? undefined : basic(milliseconds);
}

function milliseconds(date: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.map(Number) ?? [];
  if (year === undefined) return undefined;
  return Date.UTC(year, month! - 1, day, hour, minute, second);
}

const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
