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

export function isFieldName(name: string): boolean {
  return NAME.test(name);
}

export function isFieldValue(value: string): boolean {
  return VALUE.test(value);
}

export function isConnectionBound(name: string): boolean {
  return CONNECTION_BOUND.has(name.toLowerCase());
}
