/**
 * Settings of a function that CreateFunction refuses (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html;
 * recorded by LocalStack's test_lambda_api, 2025-11; of reserved variables as people report it from AWS).
 */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { list, map } from "../resource-type.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED = new Set([
  ...["_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"],
  ...["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"],
  ...["AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"],
  ...["AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"],
]);
const ENVIRONMENT_BYTES = 4096;
const MOST_LAYERS = 5;
const RANGES = { timeout: [1, 900], memorySize: [128, 10_240] } as const;

/** @throws ResourceProblem */
export function refuseSettings(inputs: Values): void {
  refuseVariables(map(map<unknown>(inputs.environment).variables));
  refuseLayers(list(inputs.layers));
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = inputs[name];
    if (value === undefined || value === null) continue;
    const [compared, limit] = Number(value) > most ? ["less", most] : ["greater", least];
    if (Number(value) >= least && Number(value) <= most) continue;
    throw new ResourceProblem(
      `ValidationException: 1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value ${compared} than or equal to ${limit}`,
    );
  }
}

function refuseVariables(variables: Record<string, string>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name));
  const unable =
    "Lambda was unable to configure your environment variables because the environment variables you have provided";
  if (reserved.length > 0) {
    throw refused(
      `${unable} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > ENVIRONMENT_BYTES) {
    throw refused(`${unable} exceeded the 4KB limit. They measure ${Buffer.byteLength(measured)} bytes as JSON.`);
  }
}

function refuseLayers(layers: readonly string[]): void {
  if (layers.length > MOST_LAYERS) throw refused(`Cannot reference more than ${MOST_LAYERS} layers.`);
  const byLayer = new Map<string, string>();
  for (const arn of layers) {
    const layer = arn.replace(/:\d+$/, "");
    const other = byLayer.get(layer);
    if (other !== undefined) {
      throw refused(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
      );
    }
    byLayer.set(layer, arn);
  }
}

export const refused = (why: string): ResourceProblem => new ResourceProblem(`InvalidParameterValueException: ${why}`);
