/**
 * Turns a gateway error into the answer that the API's gateway responses make of it: the response of the type, else
 * `DEFAULT_4XX` or `DEFAULT_5XX`, else API Gateway's own
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html).
 */
import type { Exchange, GatewayAnswer } from "./exchange.ts";
import type { EdgeRefusal, GatewayError } from "./gateway-error.ts";

export function gatewayAnswer(_exchange: Exchange, error: GatewayError): GatewayAnswer {
  return {
    status: error.status,
    contentType: "application/json",
    headers: [],
    body: defaultBody(error),
    traced: false,
    errorType: error.errorType,
    reason: error.reason,
  };
}

export function edgeAnswer(refusal: EdgeRefusal): GatewayAnswer {
  return {
    status: refusal.status,
    contentType: "text/plain",
    headers: [],
    body: refusal.text,
    traced: false,
    errorType: undefined,
    reason: refusal.message,
  };
}

/** What an integration led to is printed with a space after the colon, what API Gateway decided alone without. */
function defaultBody({ responseType, clientMessage }: GatewayError): string {
  const message = JSON.stringify(clientMessage);
  switch (responseType) {
    case "ACCESS_DENIED":
      return `{"Message":${message}}`;
    case "INTEGRATION_FAILURE":
    case "INTEGRATION_TIMEOUT":
    case "API_CONFIGURATION_ERROR":
      return `{"message": ${message}}`;
    default:
      return `{"message":${message}}`;
  }
}
