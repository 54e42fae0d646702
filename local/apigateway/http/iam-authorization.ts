/**
 * Routes with `AWS_IAM`: who signed the request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html).
 */
import { callerOf, type RoleSession } from "../../permissions/access-key.ts";
import { verifySignature } from "../../permissions/aws-signature.ts";
import { SignatureRefusal } from "../../permissions/signature-refusal.ts";
import type { ApiServices } from "../shared/api-services.ts";
import type { AuthorizedCaller, RoutedHttpExchange } from "./http-exchange.ts";
import { HttpApiRefusal } from "./refusal.ts";

/** @throws HttpApiRefusal 403, whatever is wrong with the signature */
export function signer(
  exchange: RoutedHttpExchange,
  { accessKey, platform }: Pick<ApiServices, "accessKey" | "platform">,
): AuthorizedCaller {
  const { api, httpMethod: method, requestPath: path, queryString, headers, body, receivedAt } = exchange;
  if (!accessKey) throw new HttpApiRefusal(403, "The route wants AWS_IAM authorization, and there is no access key.");
  const [, , , region = ""] = api.executionArn.split(":");
  let session: RoleSession | undefined;
  try {
    const signedBefore = platform.machineNow?.() ?? receivedAt;
    const request = { method, path, queryString, headers, body, signedBefore };
    session = verifySignature(request, { region, service: "execute-api" }, accessKey);
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    throw new HttpApiRefusal(403, error.message);
  }
  const caller = callerOf(accessKey, session, api.executionArn);
  return { kind: "iam", caller, principal: caller.userArn };
}
