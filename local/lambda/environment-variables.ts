/**
 * The variables a function finds in `process.env`: its own and those of the Lambda service, nothing of this machine
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
 */
import type { FunctionModel } from "../model.ts";
import type { FunctionSurroundings } from "./function-surroundings.ts";

/**
 * The runtime API and X-Ray addresses are loopback ones, so that what a function sends there never leaves the machine;
 * nothing answers on them.
 */
export function environmentVariables(
  model: FunctionModel,
  logStreamName: string,
  { variables = {}, credentials }: Pick<FunctionSurroundings, "variables" | "credentials">,
): Record<string, string> {
  const nodeMajor = runtimeMajor(model.runtime);
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    LD_LIBRARY_PATH: "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    NODE_PATH: `/opt/nodejs/node${nodeMajor}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`,
    SHLVL: "0",
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:2000",
    _AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1",
    _AWS_XRAY_DAEMON_PORT: "2000",
    ...variables,
    ...model.environment,
    ...credentials?.(model),
    AWS_REGION: model.region,
    AWS_DEFAULT_REGION: model.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${model.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: model.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(model.memorySizeMb),
    AWS_LAMBDA_FUNCTION_VERSION: model.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: model.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_RUNTIME_API: "127.0.0.1:9001",
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    LAMBDA_TASK_ROOT: model.codeDirectory,
    PWD: model.codeDirectory,
    _HANDLER: model.handler,
  };
}

/** `nodejs24.x` → 24, `nodejs8.10` → 8; `undefined` for a runtime that is not Node. */
export function runtimeMajor(runtime: string): number | undefined {
  const match = /^nodejs(\d+)\./.exec(runtime);
  return match ? Number(match[1]) : undefined;
}
