/** Who signed a request, for whatever takes `AWS_IAM` authorization. */
import { type AccessKey, callerOf, type IamCaller } from "../../permissions/access-key.ts";
import { type SignatureScope, type SignedRequest, verifySignature } from "../../permissions/aws-signature.ts";
import type { Platform } from "../../platform.ts";

/** A request as each kind of API keeps it. */
interface ArrivedRequest extends Pick<SignedRequest, "method" | "queryString" | "headers" | "body"> {
  requestPath: string;
  /** By the cloud's clock; milliseconds since the epoch */
  receivedAt: number;
}

/**
 * @param calledArn of what is called; its account is the caller's
 * @throws SignatureRefusal
 */
export function signedCaller(
  { method, requestPath: path, queryString, headers, body, receivedAt }: ArrivedRequest,
  { accessKey, platform }: { accessKey: AccessKey; platform: Pick<Platform, "machineNow"> },
  scope: SignatureScope,
  calledArn: string,
): IamCaller {
  const signedBefore = platform.machineNow?.() ?? receivedAt;
  const request = { method, path, queryString, headers, body, signedBefore };
  return callerOf(accessKey, verifySignature(request, scope, accessKey), calledArn);
}
