/**
 * Bytes and text of a non-proxy integration's answer
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html).
 */
import type { IntegrationResponseModel } from "../../../model.ts";
import { isBinaryMediaType } from "../binary-media-types.ts";
import { fromBase64 } from "../from-base64.ts";
import type { IntegratedGatewayExchange } from "../gateway-exchange.ts";

/**
 * What becomes of bytes is recorded on AWS (test_apigw_s3_binary_support_response_no_content_handling, _convert_to_text and
 * _convert_to_binary, 2025-02).
 * @param body text when a template or the gateway itself wrote it
 * @param contentType of the integration's answer
 * @throws GatewayError `API_CONFIGURATION_ERROR` for a text that is to be bytes and is not base64
 */
export function convertedBody(
  { api, headers }: IntegratedGatewayExchange,
  contentHandling: IntegrationResponseModel["contentHandling"],
  body: string | Buffer,
  contentType: string | undefined,
): string | Buffer {
  if (typeof body === "string") return contentHandling === "CONVERT_TO_BINARY" ? fromBase64(body, BODY) : body;
  const accepted = isBinaryMediaType(api.model, headers.last("accept"));
  const toBytes = contentHandling === "CONVERT_TO_BINARY" || (contentHandling === undefined && accepted);
  if (isBinaryMediaType(api.model, contentType)) return toBytes ? body : body.toString("base64");
  return toBytes ? fromBase64(body.toString(), BODY) : body.toString();
}

const BODY = "The integration's body is not base64, although it is to be converted to binary.";
