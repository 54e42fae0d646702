/** What user pools are handed of the functions that a program declares. */
import type { FunctionPermissionModel } from "../../model.ts";
import type { InvokeFunction } from "../../platform.ts";

export interface TriggerFunctions {
  invoke: InvokeFunction;
  permissions: readonly FunctionPermissionModel[];
  /** How long one attempt may take: 5,000 on AWS. */
  timeLimitMs: number;
}
