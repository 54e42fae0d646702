/**
 * The functions that a program deployed, each run from its own archive in processes of its own
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html).
 *
 * An execution environment is started by the first invocation and kept warm. Overlapping invocations share it in turn as
 * long as it keeps up; more environments are started when one has to wait noticeably.
 */
import type { FunctionModel } from "../model.ts";
import type { InvokeFunction, Platform } from "../platform.ts";
import { InvocationRefused } from "./invocation-refused.ts";
import { LambdaFunction } from "./lambda-function.ts";

export interface FunctionHost {
  invoke: InvokeFunction;
  /** Ends every environment; what still runs in them is answered as an exit of the runtime. */
  close(): Promise<void>;
}

export function functionHost(models: FunctionModel[], platform: Platform): FunctionHost {
  const functions = new Map(models.map((model) => [model.arn, new LambdaFunction(model, platform)]));
  return {
    invoke: async (functionArn, payload, options) => {
      const found = functions.get(unqualified(functionArn));
      if (!found) {
        throw new InvocationRefused(
          "ResourceNotFoundException",
          `Function not found: ${functionArn}. The program declares no function with this ARN.`,
        );
      }
      return found.invoke(payload, options?.traceId);
    },
    close: async () => {
      await Promise.all([...functions.values()].map((deployed) => deployed.close()));
    },
  };
}

/** Without `:$LATEST`, the one version that runs here. */
function unqualified(functionArn: string): string {
  return functionArn.replace(/:\$LATEST$/, "");
}
