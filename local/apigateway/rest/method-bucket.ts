/**
 * The limit of one method of a stage
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html).
 */
import type { StageModel } from "../../model.ts";
import { TokenBucket } from "../shared/token-bucket.ts";

/**
 * The settings of the method itself, else those of every method; -1 means no limit.
 * @param now milliseconds since the epoch
 * @returns `undefined` for no limit
 */
export function methodBucket(
  stage: StageModel,
  path: string,
  httpMethod: string,
  now: number,
): TokenBucket | undefined {
  const own = `${path.replace(/^\//, "")}/${httpMethod}`;
  const settings =
    stage.methodSettings.find(({ methodPath }) => normalised(methodPath) === own) ??
    stage.methodSettings.find(({ methodPath }) => methodPath === "*/*");
  const { throttlingRateLimit: rate, throttlingBurstLimit: burst } = settings ?? {};
  if (rate === undefined && burst === undefined) return undefined;
  if (rate === -1 || burst === -1) return undefined;
  return new TokenBucket(rate ?? Number.POSITIVE_INFINITY, burst ?? Math.max(1, rate ?? 1), now);
}

function normalised(methodPath: string): string {
  return methodPath.replaceAll("~1", "/").replace(/^\/+/, "");
}
