/**
 * Rate and burst limits as token buckets
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html).
 */

export class TokenBucket {
  readonly rate: number;
  readonly burst: number;
  #tokens: number;
  #filledAt: number;

  /**
   * @param rate tokens a second
   * @param burst the most that can be saved up
   */
  constructor(rate: number, burst: number, now: number) {
    this.rate = rate;
    this.burst = burst;
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** @param now milliseconds since the epoch */
  take(now: number): boolean {
    const passed = Math.max(0, now - this.#filledAt) / 1000;
    this.#tokens = Math.min(this.burst, this.#tokens + passed * this.rate);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
