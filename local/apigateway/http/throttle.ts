/**
 * Rate limits of an HTTP API's routes
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html).
 */
import type { HttpStageModel } from "../../model.ts";
import { TokenBucket } from "../shared/token-bucket.ts";
import type { CompiledHttpApi } from "./compiled-api.ts";
import type { RoutedHttpExchange } from "./http-exchange.ts";
import { HttpApiRefusal } from "./refusal.ts";

/**
 * Limits of the route itself, else those of the stage.
 * @throws HttpApiRefusal 429
 */
export function throttle({ buckets, services }: CompiledHttpApi, { stage, route }: RoutedHttpExchange): void {
  const key = `${stage.name} ${route.routeKey}`;
  const now = services.platform.now();
  if (!buckets.has(key)) buckets.set(key, bucketFor(stage, route.routeKey, now));
  const bucket = buckets.get(key);
  if (bucket && !bucket.take(now)) {
    throw new HttpApiRefusal(
      429,
      `More requests than the stage lets ${route.routeKey} take: ${bucket.rate} a second, ${bucket.burst} at once.`,
    );
  }
}

function bucketFor(
  { defaultThrottle, routeThrottles }: HttpStageModel,
  routeKey: string,
  now: number,
): TokenBucket | undefined {
  const { rateLimit, burstLimit } = { ...defaultThrottle, ...routeThrottles[routeKey] };
  if (rateLimit === undefined && burstLimit === undefined) return undefined;
  return new TokenBucket(rateLimit ?? Number.POSITIVE_INFINITY, burstLimit ?? Math.max(1, rateLimit ?? 1), now);
}
