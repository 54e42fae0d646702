/**
 * The cognito-idp JSON API: `POST /` with `X-Amz-Target: AWSCognitoIdentityProviderService.<Operation>`, in the wire
 * form of AWS JSON 1.1 (Smithy `awsJson1_1`).
 *
 * Operations that AWS signs (SigV4) want a signature here too, but any: whoever reaches this port is this machine's
 * user. A web page cannot make one, since the preflight does not allow it the header.
 */

import { isJsonObject } from "../../json-object.ts";
import { readText } from "../body.ts";
import { CognitoError } from "../errors.ts";
import * as account from "./account.ts";
import { administration } from "./administration.ts";
import * as answers from "./answers.ts";
import type { Pools } from "./callers.ts";
import { withinConstraints } from "./constraints.ts";
import { declared, refuseProgramsBusiness } from "./declared.ts";
import * as devices from "./devices.ts";
import type { Input } from "./input.ts";
import type { Output } from "./output.ts";
import * as passkeys from "./passkeys.ts";
import * as refreshTokens from "./refresh-tokens.ts";
import * as signIn from "./sign-in.ts";

type Operation = (pools: Pools, input: Input) => Promise<Output>;

const service = "AWSCognitoIdentityProviderService.";
const contentType = "application/x-amz-json-1.1";

const unsigned: Record<string, Operation> = {
  SignUp: account.signUp,
  ConfirmSignUp: account.confirmSignUp,
  ResendConfirmationCode: account.resendConfirmationCode,
  ForgotPassword: account.forgotPassword,
  ConfirmForgotPassword: account.confirmForgotPassword,
  InitiateAuth: signIn.initiateAuth,
  RespondToAuthChallenge: answers.respondToAuthChallenge,
  GetTokensFromRefreshToken: refreshTokens.getTokensFromRefreshToken,
  RevokeToken: refreshTokens.revokeToken,
  ChangePassword: account.changePassword,
  GetUser: account.getUser,
  GetUserAuthFactors: account.getUserAuthFactors,
  UpdateUserAttributes: account.updateUserAttributes,
  DeleteUserAttributes: account.deleteUserAttributes,
  GetUserAttributeVerificationCode: account.getUserAttributeVerificationCode,
  VerifyUserAttribute: account.verifyUserAttribute,
  DeleteUser: account.deleteUser,
  GlobalSignOut: account.globalSignOut,
  AssociateSoftwareToken: account.associateToken,
  VerifySoftwareToken: account.verifySoftwareToken,
  SetUserMFAPreference: account.setUserMfaPreference,
  ConfirmDevice: devices.confirmDevice,
  GetDevice: devices.getDevice,
  ListDevices: devices.listDevices,
  UpdateDeviceStatus: devices.updateDeviceStatus,
  ForgetDevice: devices.forgetDevice,
  StartWebAuthnRegistration: passkeys.startWebAuthnRegistration,
  CompleteWebAuthnRegistration: passkeys.completeWebAuthnRegistration,
  ListWebAuthnCredentials: passkeys.listWebAuthnCredentials,
  DeleteWebAuthnCredential: passkeys.deleteWebAuthnCredential,
};

/** What AWS takes unsigned and is not served: to be named, and not to be asked for a signature. */
const unservedUnsigned = new Set(["SetUserSettings", "UpdateAuthEventFeedback"]);

const signed: Record<string, Operation> = {
  ...administration,
  ...declared,
  AdminInitiateAuth: signIn.adminInitiateAuth,
  AdminRespondToAuthChallenge: answers.adminRespondToAuthChallenge,
};

/** Fetch handler; `undefined` for a request that is none of this API's. */
export function jsonApi(pools: Pools): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    if (request.method === "OPTIONS") return preflight(request);
    const target = request.headers.get("x-amz-target");
    if (request.method !== "POST" || target === null) return undefined;
    const requestId = [...pools.values()][0]?.platform.randomUUID() ?? "";
    try {
      const operation = target.startsWith(service) ? target.slice(service.length) : "";
      return answer(200, requestId, await run(pools, operation, request));
    } catch (error) {
      if (error instanceof CognitoError) return refusal(requestId, error);
      report(pools, target, error);
      return refusal(requestId, new CognitoError("InternalErrorException", "Internal server error"));
    }
  };
}

async function run(pools: Pools, name: string, request: Request): Promise<Output> {
  const own = (table: Record<string, Operation>) => (Object.hasOwn(table, name) ? table[name] : undefined);
  const open = own(unsigned);
  if (open) return open(pools, await readInput(request, name));
  if (unservedUnsigned.has(name)) throw unserved(name);
  if (!/^[A-Z][A-Za-z]+$/.test(name)) throw new CognitoError("UnknownOperationException", "Unknown operation.");
  // A browser says where a page is from; AWS tools say nothing.
  const isSigned = /^AWS4-HMAC-SHA256 Credential=/.test(request.headers.get("authorization") ?? "");
  if (!isSigned || request.headers.has("origin"))
    throw new CognitoError("MissingAuthenticationTokenException", "Missing Authentication Token");
  refuseProgramsBusiness(name);
  const operation = own(signed);
  if (!operation) throw unserved(name);
  return operation(pools, await readInput(request, name));
}

const unserved = (name: string) =>
  new CognitoError("UnknownOperationException", `${name} is not served by the local cloud.`);

async function readInput(request: Request, operation: string): Promise<Input> {
  const malformed = () => new CognitoError("SerializationException", "The body is not a JSON object.");
  // A client that goes away in the middle of it hears no answer, and that is no fault of this cloud.
  const text = await readText(request).catch(() => Promise.reject(malformed()));
  if (text === undefined) throw new CognitoError("InvalidParameterException", "The request is too large.");
  if (text === "") return {};
  try {
    const value = JSON.parse(text);
    if (isJsonObject(value)) return withinConstraints(value, operation);
  } catch (error) {
    throw error instanceof CognitoError ? error : malformed();
  }
  throw malformed();
}

function refusal(requestId: string, error: CognitoError): Response {
  const printable = error.message.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 1024);
  return answer(
    error.type === "InternalErrorException" ? 500 : 400,
    requestId,
    { __type: error.type, message: error.message },
    { "x-amzn-errortype": `${error.type}:`, "x-amzn-errormessage": printable },
  );
}

function answer(status: number, requestId: string, body: Output, more: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": contentType,
      "x-amzn-requestid": requestId,
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
      "cache-control": "no-store",
      ...more,
    },
  });
}

/** Browsers may call what needs no AWS signature; `authorization` is not among the headers they may send. */
function preflight(request: Request): Response | undefined {
  const asked = request.headers.get("access-control-request-headers") ?? "";
  if (!/\bx-amz-target\b/i.test(asked)) return undefined;
  return new Response(null, {
    status: 200,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "POST",
      "access-control-allow-headers":
        "content-type,x-amz-target,x-amz-user-agent,x-amz-date,amz-sdk-invocation-id,amz-sdk-request,cache-control",
      "access-control-max-age": "600",
    },
  });
}

function report(pools: Pools, target: string, error: unknown): void {
  const [pool] = pools.values();
  pool?.report({
    kind: "oauth",
    clientId: undefined,
    endpoint: target,
    outcome: "failed",
    reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}
