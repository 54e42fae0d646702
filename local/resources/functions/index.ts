/** The provider functions that a program may call: `aws.getRegion()`, `aws.route53.getZone()` and the like. */
import { FunctionNotComputed } from "../../engine/graph.ts";
import { LOCAL_VALUES_FILE, type LocalValues } from "../../engine/local-values.ts";
import type { Values } from "../../engine/values.ts";
import type { Account } from "../resource-type.ts";
import type { SdkTypes } from "../sdk-types.ts";
import type { UnknownOutputs } from "../unknown-outputs.ts";
import type { Unserved } from "../unserved.ts";
import { ACCOUNT_FUNCTIONS } from "./account-functions.ts";
import { lookUp } from "./lookups.ts";
import { type ProgramFiles, readStdFile } from "./std-files.ts";
import { STD_FUNCTIONS } from "./std-functions.ts";

export interface FunctionSurroundings {
  account: Account;
  /** What the SDK's types say about results; without them unknown results are `undefined`. */
  sdk: SdkTypes | undefined;
  unknown: UnknownOutputs;
  lookups: LocalValues["lookups"];
  /** Of the default provider. */
  defaultTags: Record<string, string>;
  /** Hears what is made up. */
  onMadeUp(madeUp: Unserved): void;
  files: ProgramFiles;
}

const POLICY_DOCUMENT = "aws:iam/getPolicyDocument:getPolicyDocument";

/** @throws ResourceProblem when the local cloud has no answer, or an argument is only known on AWS */
export function invokeFunction(token: string, args: Values, surroundings: FunctionSurroundings): Values {
  const { account, sdk, unknown, lookups } = surroundings;
  // A policy only passes on what it is given, as a resource that is not served does.
  if (token !== POLICY_DOCUMENT) unknown.refuse(args, `The call of ${token}`);
  if (token === "aws:index/getDefaultTags:getDefaultTags")
    return { id: account.accountId, tags: surroundings.defaultTags };
  const answer = ACCOUNT_FUNCTIONS[token] ?? STD_FUNCTIONS[token];
  if (answer) return answer(args, account);
  const read = readStdFile(token, args, surroundings.files);
  if (read) return read;

  const found = lookUp(token, args, account);
  if (!found) {
    throw new FunctionNotComputed(
      `The local cloud has no answer to ${token}. Give one in ${LOCAL_VALUES_FILE}, beside Pulumi.yaml.`,
    );
  }
  const { name, result, own } = found;
  if (own) return result;
  const given = lookups[token]?.[name];
  const values = { ...result, ...given };
  const standIns = sdk ? unknown.standIns(sdk.resultOf(token), values, { type: token, name }) : {};
  const source = given
    ? `${LOCAL_VALUES_FILE} gives ${Object.keys(given).join(", ")}`
    : "nothing of a real account is known";
  surroundings.onMadeUp({ type: token, name, reason: `made up: ${source}` });
  return { ...values, ...standIns };
}
