/**
 * Routes with `AWS_IAM`: who signed the request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html).
 */
import { SignatureRefusal } from "../../permissions/signature-refusal.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { signedCaller } from "../shared/signed-caller.ts";
import type { AuthorizedCaller, RoutedHttpExchange } from "./http-exchange.ts";
import { HttpApiRefusal } from "./refusal.ts";

/** @throws HttpApiRefusal 403, whatever is wrong with the signature */
export function signer(
  exchange: RoutedHttpExchange,
  { accessKey, platform }: Pick<ApiServices, "accessKey" | "platform">,
): AuthorizedCaller {
  const { executionArn } = exchange.api;
  if (!accessKey) throw new HttpApiRefusal(403, "The route wants AWS_IAM authorization, and there is no access key.");
  const [, , , region = ""] = executionArn.split(":");
  try {
    const request = { ...exchange, method: exchange.httpMethod };
    const scope = { region, service: "execute-api" };
    const caller = signedCaller(request, { accessKey, platform }, scope, executionArn);
    return { kind: "iam", caller, principal: caller.userArn };
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    throw new HttpApiRefusal(403, error.message);
  }
}
