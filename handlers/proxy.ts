/**
 * What every handler shares: who is signed in, and how to answer, in the terms of API Gateway's Lambda proxy integration.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */

/** The parts of a proxy event (payload format 1.0) that the handlers read. */
export interface ProxyEvent {
  pathParameters?: Record<string, string> | null;
  queryStringParameters?: Record<string, string> | null;
  body?: string | null;
  requestContext?: { authorizer?: { claims?: Record<string, string> } | null };
}

export interface ProxyResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export interface SignedInUser {
  sub: string;
  /** An ID token carries it; an access token does not. */
  email: string | undefined;
  username: string | undefined;
}

/**
 * The user whom API Gateway's Cognito authorizer let through, or `undefined` when there is none or when the token was made
 * for another app client. The authorizer takes tokens of every client of the pool, and can pin an audience only for ID
 * tokens; so it is checked here too: `aud` of an ID token, `client_id` of an access token. An API that its program opened on
 * purpose (`demo-auth:authorization: none`) has no authorizer, and everybody is the same stranger.
 */
export function signedInUser(event: ProxyEvent): SignedInUser | undefined {
  if (process.env.AUTHORIZATION === "none") return { sub: "anonymous", email: undefined, username: undefined };
  const clientId = process.env.CLIENT_ID;
  if (!clientId) throw new Error("CLIENT_ID is not set: the function cannot tell whose tokens to take.");
  const claims = event.requestContext?.authorizer?.claims;
  if (!claims?.sub || (claims.aud ?? claims.client_id) !== clientId) return undefined;
  return { sub: claims.sub, email: claims.email, username: claims["cognito:username"] ?? claims.username };
}

/** Answers with JSON that no cache keeps; pages of the one allowed origin, if there is one, may read it. */
export function json(statusCode: number, body: unknown): ProxyResult {
  const origin = process.env.ALLOWED_ORIGIN;
  return {
    statusCode,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...(origin && { "access-control-allow-origin": origin }),
    },
    body: JSON.stringify(body),
  };
}

export const unauthorized = (): ProxyResult => json(401, { message: "Unauthorized" });
