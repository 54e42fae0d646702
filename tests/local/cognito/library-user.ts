/** A person in front of an application with `amazon-cognito-identity-js`. */
import * as legacy from "amazon-cognito-identity-js";
import { ClientId, UserPoolId } from "./api-calls.ts";
import type { RunningCognito } from "./harness.ts";

/** @param kept what the library keeps in the browser */
export function libraryUser(cloud: RunningCognito, Username: string, kept = new Map<string, string>()) {
  const Storage = {
    setItem: (key: string, value: string) => void kept.set(key, value),
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
  };
  const Pool = new legacy.CognitoUserPool({ UserPoolId, ClientId, endpoint: cloud.origin, Storage });
  return { Pool, account: new legacy.CognitoUser({ Username, Pool, Storage }) };
}
