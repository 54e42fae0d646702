/**
 * Methods with `AWS_IAM`: who signed the request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html).
 */
import type { IamCaller } from "../../permissions/access-key.ts";
import { SignatureRefusal } from "../../permissions/signature-refusal.ts";
import { signedCaller } from "../shared/signed-caller.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";

/** @throws GatewayError `MISSING_AUTHENTICATION_TOKEN` for a request that is not signed, `INVALID_SIGNATURE` for one that is signed wrongly */
export function signer(exchange: RoutedGatewayExchange): IamCaller {
  const { api, sentMethod: method } = exchange;
  const { accessKey, platform } = api.services;
  const { region, executionArn } = api.model;
  if (!accessKey) {
    throw new GatewayError(
      "MISSING_AUTHENTICATION_TOKEN",
      "The method wants AWS_IAM authorization, and there is no access key.",
    );
  }
  try {
    const scope = { region, service: "execute-api" };
    return signedCaller({ ...exchange, method }, { accessKey, platform }, scope, executionArn);
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    const { complaint, message } = error;
    throw new GatewayError(complaint ? "INVALID_SIGNATURE" : "MISSING_AUTHENTICATION_TOKEN", message, complaint);
  }
}
