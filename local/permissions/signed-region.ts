/** The region that a request to one of AWS's JSON APIs is meant for: here it is the signature that says so. */
import type { AccessKey, RoleSession } from "./access-key.ts";
import { verifySignature } from "./aws-signature.ts";
import { SIGNED_HOST } from "./signed-host.ts";

/**
 * @returns also the session that it is signed in, `undefined` for the local account's own key
 * @throws SignatureRefusal
 */
export function signedScope(
  request: Request,
  body: Buffer,
  { service, accessKey }: { service: string; accessKey: AccessKey },
): { region: string; session: RoleSession | undefined } {
  const { pathname, search } = new URL(request.url);
  const region = /Credential=[^/]*\/\d+\/([\w-]+)\//.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  // An SDK that knows AWS's address only signs for that one, and the function's runtime sends it here.
  const host = request.headers.get(SIGNED_HOST) ?? request.headers.get("host");
  const last = (name: string) => (name === "host" ? host : request.headers.get(name)) ?? undefined;
  const headers = { last, all: (name: string) => [last(name)].filter((value) => value !== undefined) };
  const session = verifySignature(
    { method: request.method, path: pathname, queryString: search.slice(1), headers, body, signedBefore: Date.now() },
    { region, service, skewMinutes: 15 },
    accessKey,
  );
  return { region, session };
}

/**
 * A service has an endpoint in each region; here they have one address. Whoever signs does so by this machine's clock, not
 * by the cloud's.
 * @param service its signing name, such as `dynamodb`
 * @throws SignatureRefusal
 */
export function signedRegion(
  request: Request,
  body: Buffer,
  { service, accessKey }: { service: string; accessKey: AccessKey },
): string {
  return signedScope(request, body, { service, accessKey }).region;
}
