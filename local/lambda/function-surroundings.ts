/** What the local cloud puts around every function: where Cognito answers, and what Lambda's runtimes bring along. */
import { resolve } from "node:path";
import type { CloudModel, FunctionModel } from "../model.ts";

export interface FunctionSurroundings {
  /** Functions that do not run here, and why. */
  elsewhere?: CloudModel["functionsElsewhere"];
  /** The program's folder, from which the packages come that Lambda's runtimes bring along (`@aws-sdk/*`), if not from beside the code. */
  packagesDirectory?: string | undefined;
  /** The local identity provider, and AWS's issuer of each pool → the local one. */
  identityProvider?: { origin: string; issuers: Record<string, string> } | undefined;
  /** What a function signs its calls with. */
  credentials?: (
    model: FunctionModel,
  ) => Record<"AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN", string>;
  /** Variables that every function has unless it sets them itself, such as the addresses of services. */
  variables?: Record<string, string>;
}

/** Where a function's runtime looks for what Lambda's would bring along: beside its code first, as it was developed. */
export function packagesDirectories(
  { codeSources }: FunctionModel,
  { packagesDirectory }: FunctionSurroundings,
): string[] {
  if (packagesDirectory === undefined) return [];
  return [...codeSources.map((source) => resolve(packagesDirectory, source)), packagesDirectory];
}
