/**
 * Rate and burst limits as token buckets, per method of a stage
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html).
 */
import type { StageDefinition } from "../definitions.ts";
import type { RoutedExchange } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";

export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  /**
   * @param rate tokens a second
   * @param burst the most that can be saved up
   */
  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** @param now milliseconds since the epoch */
  take(now: number): boolean {
    const passed = Math.max(0, now - this.#filledAt) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + passed * this.#rate);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

interface MethodLimit {
  rate: number;
  burst: number;
}

/** @throws GatewayError `THROTTLED` past the limit that the stage sets for the method */
export function throttleMethod({ api, stage, route }: RoutedExchange): void {
  if (stage.methodSettings.length === 0) return;
  const { httpMethod } = route.method;
  const key = `${stage.name} ${httpMethod} ${route.resource.path}`;
  let bucket = api.methodBuckets.get(key);
  if (bucket === undefined) {
    const limit = methodLimit(stage, route.resource.path, httpMethod);
    bucket = limit ? new TokenBucket(limit.rate, limit.burst, api.services.world.now()) : "unlimited";
    api.methodBuckets.set(key, bucket);
  }
  if (bucket === "unlimited" || bucket.take(api.services.world.now())) return;
  const limit = methodLimit(stage, route.resource.path, httpMethod);
  throw new GatewayError(
    "THROTTLED",
    `More requests than the stage lets ${httpMethod} ${route.resource.path} take: ` +
      `${limit?.rate} a second, ${limit?.burst} at once.`,
  );
}

/** The settings of the method itself, else those of every method; -1 means no limit. */
function methodLimit(stage: StageDefinition, path: string, httpMethod: string): MethodLimit | undefined {
  const own = `${path.replace(/^\//, "")}/${httpMethod}`;
  const settings =
    stage.methodSettings.find(({ methodPath }) => normalised(methodPath) === own) ??
    stage.methodSettings.find(({ methodPath }) => methodPath === "*/*");
  const { throttlingRateLimit: rate, throttlingBurstLimit: burst } = settings ?? {};
  if (rate === undefined && burst === undefined) return undefined;
  if (rate === -1 || burst === -1) return undefined;
  return { rate: rate ?? Number.POSITIVE_INFINITY, burst: burst ?? Math.max(1, rate ?? 1) };
}

function normalised(methodPath: string): string {
  return methodPath.replaceAll("~1", "/").replace(/^\/+/, "");
}
