/**
 * Methods with `AWS_IAM`: who signed the request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html).
 */
import { callerOf, type IamCaller, type RoleSession } from "../../permissions/access-key.ts";
import { verifySignature } from "../../permissions/aws-signature.ts";
import { SignatureRefusal } from "../../permissions/signature-refusal.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";

/** @throws GatewayError `MISSING_AUTHENTICATION_TOKEN` for a request that is not signed, `INVALID_SIGNATURE` for one that is signed wrongly */
export function signer(exchange: RoutedGatewayExchange): IamCaller {
  const { api, sentMethod: method, requestPath: path, queryString, headers, body, receivedAt } = exchange;
  const { accessKey, platform } = api.services;
  if (!accessKey) {
    throw new GatewayError(
      "MISSING_AUTHENTICATION_TOKEN",
      "The method wants AWS_IAM authorization, and there is no access key.",
    );
  }
  let session: RoleSession | undefined;
  try {
    const signedBefore = platform.machineNow?.() ?? receivedAt;
    const request = { method, path, queryString, headers, body, signedBefore };
    session = verifySignature(request, { region: api.model.region, service: "execute-api" }, accessKey);
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    const { complaint, message } = error;
    throw new GatewayError(complaint ? "INVALID_SIGNATURE" : "MISSING_AUTHENTICATION_TOKEN", message, complaint);
  }
  return callerOf(accessKey, session, api.model.executionArn);
}
