/**
 * API keys and the usage plans that make them count: a key is good on the stages of its plans, within their throttle and
 * quota (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html).
 *
 * Quotas are counted from the cloud's start; they are not kept across restarts.
 */
import type { RestApiModel, UsagePlanModel, UsagePlanStageModel } from "../../model.ts";
import { TokenBucket } from "../shared/token-bucket.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";

interface Usage {
  /** By the method that has a limit of its own, else under the empty name */
  buckets: Map<string, TokenBucket>;
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
    const [plan, stage] = this.#planOf(key.id, exchange.stage.name);
    if (!plan) throw forbidden(`The API key ${key.id} is in no usage plan with the stage ${exchange.stage.name}.`);
    exchange.apiKey = { id: key.id, value: key.value };
    const usage = this.#usageOf(plan, key.id);
    const { resource, method } = exchange.route;
    throttle(plan, usage, stage.methodThrottles, `${resource.path}/${method.httpMethod}`, exchange.receivedAt);
    countAgainstQuota(plan, usage, exchange.receivedAt);
  }

  #planOf(keyId: string, stageName: string): [UsagePlanModel, UsagePlanStageModel] | [undefined, undefined] {
    for (const plan of this.#model.usagePlans) {
      const stage = plan.stages.find((one) => one.apiId === this.#model.id && one.stage === stageName);
      if (stage && plan.apiKeyIds.includes(keyId)) return [plan, stage];
    }
    return [undefined, undefined];
  }

  /** The key in the request, where the method wants one, before anything is said about it. */
  sentKey({ route, headers }: RoutedGatewayExchange): { id: string; value: string } | undefined {
    if (!route.method.apiKeyRequired || this.#model.apiKeySource === "AUTHORIZER") return undefined;
    const key = this.#keys.get(headers.last("x-api-key") ?? "");
    return key && { id: key.id, value: key.value };
  }

  #key({ headers, identity }: RoutedGatewayExchange) {
    if (this.#model.apiKeySource === "AUTHORIZER") {
      const named = identity?.kind === "lambda" ? identity.usageIdentifierKey : undefined;
      const key = named === undefined ? undefined : this.#keys.get(named);
      if (key?.enabled) return key;
      throw forbidden(
        named === undefined
          ? "The API takes API keys from its authorizer, which gives none: a Lambda authorizer answers usageIdentifierKey."
          : "The authorizer's usageIdentifierKey is the value of no API key of this API that is enabled.",
      );
    }
    const value = headers.last("x-api-key");
    if (value === undefined)
      throw forbidden(
        "The method wants an API key; send it in the x-api-key header. `aws apigateway get-api-keys --include-values`, with the console's address as --endpoint-url, lists them.",
      );
    const key = this.#keys.get(value);
    if (!key) throw forbidden("The x-api-key header holds no API key of this API.");
    if (!key.enabled) throw forbidden(`The API key ${key.id} is disabled.`);
    return key;
  }

  #usageOf(plan: UsagePlanModel, keyId: string): Usage {
    const id = `${plan.id} ${keyId}`;
    let usage = this.#usage.get(id);
    if (!usage) {
      usage = { buckets: new Map(), period: Number.NaN, used: 0 };
      this.#usage.set(id, usage);
    }
    return usage;
  }
}

/** A method's own limit in the plan stands in the place of the plan's. */
function throttle(
  plan: UsagePlanModel,
  { buckets }: Usage,
  methodThrottles: UsagePlanStageModel["methodThrottles"],
  methodPath: string,
  now: number,
): void {
  const own = methodThrottles.find((one) => one.methodPath === methodPath);
  const limit = own ?? plan.throttle;
  if (!limit) return;
  const name = own ? methodPath : "";
  let bucket = buckets.get(name);
  if (!bucket) {
    bucket = new TokenBucket(limit.rateLimit, limit.burstLimit, now);
    buckets.set(name, bucket);
  }
  if (bucket.take(now)) return;
  throw new GatewayError(
    "THROTTLED",
    `More requests than the usage plan ${plan.name} allows a key${own ? ` on ${methodPath}` : ""}: ` +
      `${limit.rateLimit} a second, ${limit.burstLimit} at once.`,
  );
}

function countAgainstQuota({ name, quota }: UsagePlanModel, usage: Usage, now: number): void {
  if (!quota) return;
  const period = periodStart(quota.period, now);
  if (period !== usage.period) Object.assign(usage, { period, used: quota.offset });
  if (usage.used >= quota.limit) {
    throw new GatewayError(
      "QUOTA_EXCEEDED",
      `The key used up the usage plan ${name}: ${quota.limit} a ${quota.period}.`,
    );
  }
  usage.used++;
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
