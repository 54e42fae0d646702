/** Which header fields can be put on the wire (RFC 9110 §5). */

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** About the connection, which belongs to the gateway alone. */
const CONNECTION_BOUND = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Fields of a request that API Gateway keeps to itself: no function and no HTTP proxy gets them, and templates read them as
 * empty (recorded on AWS, LocalStack's test_apigateway_header_remapping, 2024-12).
 */
const END_AT_GATEWAY = new Set([
  "connection",
  "content-length",
  "content-md5",
  "expect",
  "max-forwards",
  "proxy-authenticate",
  "server",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
]);

export function endsAtGateway(name: string): boolean {
  return END_AT_GATEWAY.has(name.toLowerCase());
}

export function isFieldName(name: string): boolean {
  return NAME.test(name);
}

export function isFieldValue(value: string): boolean {
  return VALUE.test(value);
}

export function isConnectionBound(name: string): boolean {
  return CONNECTION_BOUND.has(name.toLowerCase());
}
