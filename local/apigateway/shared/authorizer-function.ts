/** What Lambda authorizers of REST and HTTP APIs share: how their function is asked, and what is kept of its answers. */
import type { InvocationResult, InvokeFunction } from "../../platform.ts";
import { answeredWithin } from "./answered-within.ts";

/** API Gateway waits no longer for an authorizer, whatever the function's own timeout. */
const PATIENCE_MS = 10_000;
const MOST_REMEMBERED = 1000;

/**
 * @param payload JSON text
 * @throws Error when the function was not invoked, or gave no answer within ten seconds
 */
export async function askFunction(
  invoke: InvokeFunction,
  functionArn: string,
  payload: string,
  traceId: string,
): Promise<InvocationResult> {
  const late = () => new Error(`no answer within ${PATIENCE_MS / 1000} s`);
  return answeredWithin(invoke(functionArn, payload, { traceId }), PATIENCE_MS, late);
}

/** Answers by the identity that was asked about, the oldest forgotten first. */
export class RememberedAnswers<Answer> {
  readonly #answers = new Map<string, { answer: Answer; until: number }>();

  /** @param now milliseconds since the epoch, as everywhere here */
  get(identity: string, now: number): Answer | undefined {
    const known = this.#answers.get(identity);
    return known && known.until > now ? known.answer : undefined;
  }

  set(identity: string, answer: Answer, until: number): void {
    this.#answers.delete(identity);
    this.#answers.set(identity, { answer, until });
    if (this.#answers.size > MOST_REMEMBERED) this.#answers.delete(this.#answers.keys().next().value!);
  }
}
