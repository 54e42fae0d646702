/** Calls of the cognito-idp API, as the tests of the user pools make them. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { UserPoolModel } from "../../../local/model.ts";
import { appClient, password, type RunningCognito, userPool, withCloud } from "./harness.ts";

export const UserPoolId = "us-east-1_Ab3dEf6hI";
export const ClientId = appClient().id;
export const newPassword = "Battery-staple-8";

/** @param origin of the identity provider */
export const apiClient = ({ origin }: Pick<RunningCognito, "origin">) =>
  new sdk.CognitoIdentityProviderClient({
    endpoint: origin,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });

/** A pool of its own for one test, with a client of AWS's SDK. */
export const withPool = (
  changes: Partial<UserPoolModel>,
  work: (cloud: RunningCognito, aws: sdk.CognitoIdentityProviderClient) => Promise<void>,
) =>
  withCloud([userPool(changes)], async (cloud) => {
    const aws = apiClient(cloud);
    try {
      await work(cloud, aws);
    } finally {
      aws.destroy();
    }
  });

/** The call as it is on the wire. */
export async function call(
  cloud: RunningCognito,
  operation: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(cloud.origin, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

export const refusal = (name: string, message: string) => (error: Error) => {
  assert.deepEqual([error.name, error.message], [name, message]);
  return true;
};

export async function signUpAndConfirm(
  cloud: RunningCognito,
  aws: sdk.CognitoIdentityProviderClient,
  Username: string,
) {
  const { UserSub } = await aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password }));
  await aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: cloud.code(Username) }));
  return UserSub!;
}

export async function signIn(aws: sdk.CognitoIdentityProviderClient, USERNAME: string, PASSWORD = password) {
  const { AuthenticationResult } = await aws.send(
    new sdk.InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME, PASSWORD },
    }),
  );
  return AuthenticationResult!;
}
