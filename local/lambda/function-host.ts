/**
 * The functions that a program deployed, each run from its own archive in processes of its own
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html).
 *
 * An execution environment is started by the first invocation and kept warm. Overlapping invocations share it in turn as
 * long as it keeps up; more environments are started when one has to wait noticeably.
 */
import type { FunctionModel } from "../model.ts";
import type { InvokeFunction, Platform } from "../platform.ts";
import type { FunctionSurroundings } from "./function-surroundings.ts";
import { InvocationRefused } from "./invocation-refused.ts";
import { LambdaFunction } from "./lambda-function.ts";
import { SpareRuntime } from "./spare-runtime.ts";

export interface FunctionHost {
  invoke: InvokeFunction;
  /** Ends every environment; what still runs in them is answered as an exit of the runtime. */
  close(): Promise<void>;
}

/** @param spare a process that may wait for the next start of one of them */
export function functionHost(
  models: FunctionModel[],
  platform: Platform,
  surroundings: FunctionSurroundings = {},
  spare = new SpareRuntime(),
): FunctionHost {
  const { elsewhere = [] } = surroundings;
  const byArn = new Map(models.map((model) => [model.arn, model]));
  /** Each version has environments of its own, from its first invocation on. */
  const running = new Map<string, LambdaFunction>();
  return {
    invoke: async (functionArn, payload, options) => {
      const { arn, qualifier } = split(functionArn);
      const model = byArn.get(arn);
      const own = qualifier === "$LATEST" ? qualifier : model?.qualifiers[qualifier];
      const version = own && drawn(own, model?.shares[qualifier], platform);
      if (!model || version === undefined) {
        throw notFound(
          functionArn,
          elsewhere.find((other) => other.arn === arn),
        );
      }
      const key = `${arn}:${version}`;
      let found = running.get(key);
      if (!found) {
        const versioned = version === model.version ? model : { ...model, version };
        found = new LambdaFunction(versioned, platform, surroundings, spare);
        running.set(key, found);
      }
      return found.invoke(payload, { ...options, functionArn });
    },
    close: async () => {
      await Promise.all([...running.values()].map((deployed) => deployed.close()));
    },
  };
}

/** Another version takes its share of an alias's invocations by chance; the rest is its own version's. */
function drawn(own: string, shares: Record<string, number> | undefined, platform: Platform): string {
  if (!shares) return own;
  let rest = platform.randomBytes(4).readUInt32BE() / 2 ** 32;
  for (const [version, share] of Object.entries(shares)) {
    if (rest < share) return version;
    rest -= share;
  }
  return own;
}

/** `…:function:orders:live` → the function's own ARN, and `live`; without a qualifier it is `$LATEST`. */
function split(functionArn: string): { arn: string; qualifier: string } {
  const [, arn = functionArn, qualifier = "$LATEST"] = /^(.*:function:[^:]+)(?::([^:]+))?$/.exec(functionArn) ?? [];
  return { arn, qualifier };
}

function notFound(functionArn: string, elsewhere: { name: string; because: string } | undefined): InvocationRefused {
  return elsewhere
    ? new InvocationRefused("ResourceNotFoundException", `${elsewhere.name} does not run here: ${elsewhere.because}.`)
    : new InvocationRefused(
        "ResourceNotFoundException",
        `Function not found: ${functionArn}. The program declares no function, version or alias with this ARN.`,
      );
}
