/** Base64 as API Gateway takes it: whole, and with or without its padding. */
import { GatewayError } from "./gateway-error.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** @throws GatewayError `API_CONFIGURATION_ERROR` with this reason for a text that is not base64 */
export function fromBase64(text: string, otherwise: string): Buffer {
  if (BASE64.test(text)) return Buffer.from(text, "base64");
  throw new GatewayError("API_CONFIGURATION_ERROR", otherwise);
}
