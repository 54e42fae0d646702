/** What the local cloud puts around every function: where Cognito answers, and what Lambda's runtimes bring along. */
import type { CloudModel, FunctionModel } from "../model.ts";

export interface FunctionSurroundings {
  /** Functions that do not run here, and why. */
  elsewhere?: CloudModel["functionsElsewhere"];
  /** A folder from which the packages come that Lambda's runtimes bring along (`@aws-sdk/*`). */
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
