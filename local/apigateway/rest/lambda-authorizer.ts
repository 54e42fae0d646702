/**
 * The Lambda authorizer of a REST API: a function decides by a token (TOKEN) or by the request (REQUEST), and what it decides is
 * kept for the identity that it was asked about
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html).
 */
import type { AuthorizerModel } from "../../model.ts";
import { mayInvoke } from "../../permissions/function-permission.ts";
import type { InvocationResult } from "../../platform.ts";
import { matchesWhole, TimeUp } from "../../time-limit.ts";
import { askFunction, RememberedAnswers } from "../shared/authorizer-function.ts";
import { type AuthorizerAnswer, BadAnswer, readAuthorizerAnswer } from "./authorizer-answer.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RequestedApi, RoutedGatewayExchange } from "./gateway-exchange.ts";
import { authorizerEvent } from "./integrations/proxy-event.ts";
import { functionOnStage } from "./staged-method.ts";
import { mappedValue } from "./templates/parameter-mapping.ts";

export class LambdaAuthorizer {
  readonly #model: AuthorizerModel;
  readonly #api: RequestedApi;
  readonly #sources: readonly string[];
  readonly #answers = new RememberedAnswers<AuthorizerAnswer>();

  constructor(model: AuthorizerModel, api: RequestedApi) {
    this.#model = model;
    this.#api = api;
    this.#sources = model.identitySource.split(",").flatMap((source) => source.trim() || []);
  }

  /**
   * @param resource the ARN of what is asked for; the answer's policy is still to be evaluated for it
   * @returns what the function answered now or before, and how long that took in milliseconds
   * @throws GatewayError `UNAUTHORIZED` without an identity or when the function says so, `AUTHORIZER_CONFIGURATION_ERROR` when
   *   it gives no answer that can be used
   */
  async ask(
    exchange: RoutedGatewayExchange,
    resource: string,
  ): Promise<{ answer: AuthorizerAnswer; latencyMs: number }> {
    const identity = this.#identity(exchange);
    const ttl = this.#sources.length > 0 ? this.#model.resultTtlSeconds : 0;
    const key = JSON.stringify([exchange.stage.name, ...identity]);
    const now = this.#api.services.platform.now();
    const known = ttl > 0 ? this.#answers.get(key, now) : undefined;
    if (known) return { answer: known, latencyMs: 0 };
    const event =
      this.#model.type === "TOKEN" ? tokenEvent(identity[0]!, resource) : authorizerEvent(exchange, resource);
    const startedAt = performance.now();
    const answer = this.#read(await this.#invoke(exchange, event));
    if (ttl > 0) this.#answers.set(key, answer, now + ttl * 1000);
    return { answer, latencyMs: Math.round(performance.now() - startedAt) };
  }

  /** Every source has to be there, in the order in which they are declared. */
  #identity(exchange: RoutedGatewayExchange): string[] {
    const values = this.#sources.map((source) => mappedValue(source, { exchange }));
    const missing = this.#sources.filter((_, index) => !values[index]);
    if (missing.length > 0) throw this.#unauthorized(`the request has no ${missing.join(", no ")}`);
    if (this.#model.type === "TOKEN") {
      if (values.length !== 1) {
        throw this.#misconfigured(
          `its identity source is ${this.#model.identitySource || "empty"}; a TOKEN authorizer reads one header`,
        );
      }
      this.#requireForm(values[0]!);
    }
    return values as string[];
  }

  #requireForm(token: string): void {
    const { identityValidationExpression } = this.#model;
    if (!identityValidationExpression) return;
    let matches: boolean;
    try {
      matches = matchesWhole(identityValidationExpression, "s", token, "identityValidationExpression");
    } catch (error) {
      const { message } = error as Error;
      throw this.#misconfigured(
        error instanceof TimeUp ? message : `identityValidationExpression is not a regular expression: ${message}`,
      );
    }
    if (!matches) {
      throw this.#unauthorized(`the token does not match identityValidationExpression ${identityValidationExpression}`);
    }
  }

  async #invoke(exchange: RoutedGatewayExchange, event: string): Promise<InvocationResult> {
    const { id, uri, credentials } = this.#model;
    const { executionArn, invokePermissions } = this.#api.model;
    const functionArn = functionOnStage(uri, exchange.stage);
    if (functionArn === undefined) throw this.#misconfigured(`its URI names no Lambda function: ${uri ?? "(none)"}`);
    const source = `${executionArn}/authorizers/${id}`;
    // With a role of its own it does not call as API Gateway.
    if (credentials === undefined && !mayInvoke(invokePermissions, "apigateway", functionArn, [source])) {
      throw this.#misconfigured(
        `API Gateway may not invoke its function as ${source}; declare an aws.lambda.Permission with a sourceArn that ` +
          `matches, such as ${executionArn}/authorizers/*, or give the authorizer authorizerCredentials`,
      );
    }
    try {
      return await askFunction(this.#api.services.invoke, functionArn, event, exchange.traceId);
    } catch (error) {
      throw this.#misconfigured(`its function could not be asked: ${(error as Error).message}`);
    }
  }

  #read({ functionError, payload, reason }: InvocationResult): AuthorizerAnswer {
    if (functionError !== undefined) {
      if (errorMessage(payload) === "Unauthorized") throw this.#unauthorized('its function failed with "Unauthorized"');
      throw this.#misconfigured(
        `its function failed: ${reason ?? "it gave no reason"}. Only an error with the exact text Unauthorized makes a 401`,
      );
    }
    try {
      return readAuthorizerAnswer(payload);
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      throw this.#misconfigured(`its function's answer cannot be used: ${error.message}`);
    }
  }

  #unauthorized(why: string): GatewayError {
    return new GatewayError("UNAUTHORIZED", `Refused by the Lambda authorizer ${this.#model.name}: ${why}.`);
  }

  #misconfigured(why: string): GatewayError {
    return new GatewayError(
      "AUTHORIZER_CONFIGURATION_ERROR",
      `The Lambda authorizer ${this.#model.name} cannot decide: ${why}.`,
    );
  }
}

const tokenEvent = (authorizationToken: string, methodArn: string): string =>
  JSON.stringify({ type: "TOKEN", methodArn, authorizationToken });

/** Of what the runtime reports for a function that threw or called back with an error. */
function errorMessage(payload: string): unknown {
  try {
    return JSON.parse(payload)?.errorMessage;
  } catch {
    return undefined;
  }
}
