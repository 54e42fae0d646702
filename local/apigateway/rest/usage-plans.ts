/**
 * API keys and the usage plans that make them count: a key is good on the stages of its plans, within their throttle and
 * quota (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html).
 *
 * Quotas are counted from the cloud's start; they are not kept across restarts.
 */
import type { RestApiModel, UsagePlanModel } from "../../model.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";
import { TokenBucket } from "./throttle.ts";

interface Usage {
  bucket: TokenBucket | undefined;
  /** Start of the quota's period, and what was used in it */
  period: number;
  used: number;
}

export class UsagePlans {
  readonly #model: RestApiModel;
  readonly #keys: Map<string, { id: string; value: string; enabled: boolean }>;
  readonly #usage = new Map<string, Usage>();

  constructor(model: RestApiModel) {
    this.#model = model;
    this.#keys = new Map(model.apiKeys.map((key) => [key.value, key]));
  }

  /** @throws GatewayError `INVALID_API_KEY`, `THROTTLED` or `QUOTA_EXCEEDED` */
  admit(exchange: RoutedGatewayExchange): void {
    if (!exchange.route.method.apiKeyRequired) return;
    const key = this.#key(exchange);
    const stage = `${this.#model.id}:${exchange.stage.name}`;
    const plan = this.#model.usagePlans.find(
      ({ apiKeyIds, stages }) => apiKeyIds.includes(key.id) && stages.includes(stage),
    );
    if (!plan) throw forbidden(`The API key ${key.id} is in no usage plan with the stage ${exchange.stage.name}.`);
    exchange.apiKey = { id: key.id, value: key.value };
    this.#count(plan, key.id, exchange.receivedAt);
  }

  #key({ headers }: RoutedGatewayExchange) {
    if (this.#model.apiKeySource === "AUTHORIZER") {
      throw forbidden("The API takes API keys from its authorizer, and a Cognito authorizer gives none.");
    }
    const value = headers.last("x-api-key");
    if (value === undefined) throw forbidden("The method wants an API key; send it in the x-api-key header.");
    const key = this.#keys.get(value);
    if (!key) throw forbidden("The x-api-key header holds no API key of this API.");
    if (!key.enabled) throw forbidden(`The API key ${key.id} is disabled.`);
    return key;
  }

  #count(plan: UsagePlanModel, keyId: string, now: number): void {
    const id = `${plan.id} ${keyId}`;
    let usage = this.#usage.get(id);
    if (!usage) {
      const { throttle } = plan;
      const bucket = throttle && new TokenBucket(throttle.rateLimit, throttle.burstLimit, now);
      usage = { bucket, period: Number.NaN, used: 0 };
      this.#usage.set(id, usage);
    }
    if (usage.bucket && !usage.bucket.take(now)) {
      const { rateLimit, burstLimit } = plan.throttle!;
      throw new GatewayError(
        "THROTTLED",
        `More requests than the usage plan ${plan.name} allows a key: ${rateLimit} a second, ${burstLimit} at once.`,
      );
    }
    if (!plan.quota) return;
    const period = periodStart(plan.quota.period, now);
    if (period !== usage.period) Object.assign(usage, { period, used: plan.quota.offset });
    if (usage.used >= plan.quota.limit) {
      const { limit, period } = plan.quota;
      throw new GatewayError("QUOTA_EXCEEDED", `The key used up the usage plan ${plan.name}: ${limit} a ${period}.`);
    }
    usage.used++;
  }
}

/** In UTC; weeks begin on Sunday. */
function periodStart(period: "DAY" | "WEEK" | "MONTH", now: number): number {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (period === "MONTH") return Date.UTC(year, month, 1);
  return Date.UTC(year, month, period === "DAY" ? day : day - date.getUTCDay());
}

function forbidden(reason: string): GatewayError {
  return new GatewayError("INVALID_API_KEY", reason);
}
