/**
 * Whether a request passes where more than a Cognito authorizer decides: an API's resource policy, and what a Lambda authorizer
 * says, put together as AWS does
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html).
 *
 * Loaded at the first request that needs it, so that other APIs do without.
 */
import { type Policy, policyVerdict, type Verdict } from "../shared/invocation-policy.ts";
import { authorizeByCognito } from "./authorize-by-cognito.ts";
import type { CompiledApi } from "./compiled-api.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";
import { signer } from "./iam-authorization.ts";
import { LambdaAuthorizer } from "./lambda-authorizer.ts";
import { conditionKeys, maskedArn, resourcePolicy, resourceVerdict } from "./resource-policy.ts";

/** Says what the caller may not do, in the words of the reply. */
const IMPLICIT_BY_RESOURCE = " because no resource-based policy allows the execute-api:Invoke action";
const EXPLICIT_BY_RESOURCE = " with an explicit deny in a resource-based policy";

export class Admission {
  readonly #api: CompiledApi;
  readonly #policy: Policy | undefined;
  /** Why there is none although one is declared. */
  readonly #badPolicy: string | undefined;
  readonly #lambdaAuthorizers: ReadonlyMap<string, LambdaAuthorizer>;

  constructor(api: CompiledApi) {
    const { policy, executionArn, authorizers } = api.model;
    this.#api = api;
    this.#lambdaAuthorizers = new Map(
      authorizers
        .filter(({ type }) => type !== "COGNITO_USER_POOLS")
        .map((authorizer) => [authorizer.id, new LambdaAuthorizer(authorizer, api)]),
    );
    if (policy === undefined) return;
    try {
      this.#policy = resourcePolicy(policy, executionArn);
    } catch (error) {
      this.#badPolicy = (error as Error).message;
    }
  }

  /** @throws GatewayError when the request may not pass */
  async admit(exchange: RoutedGatewayExchange): Promise<void> {
    if (this.#badPolicy !== undefined) {
      throw new GatewayError(
        "ACCESS_DENIED",
        `The API's resource policy cannot be read (${this.#badPolicy}), so every request is refused.`,
      );
    }
    const { executionArn } = this.#api.model;
    const resource = `${executionArn}/${exchange.stage.name}/${exchange.httpMethod}${routedPath(exchange.path)}`;
    if (exchange.route.method.authorization === "AWS_IAM") return this.#admitSigner(exchange, resource);
    const verdict = this.#policy && resourceVerdict(this.#policy, exchange, resource, undefined);
    switch (exchange.route.method.authorization) {
      case "COGNITO_USER_POOLS":
        authorizeByCognito(this.#api, exchange);
        return this.#requireAllow(exchange, resource, verdict);
      case "CUSTOM":
        if (verdict === "deny") this.#requireAllow(exchange, resource, verdict);
        return this.#askFunction(exchange, resource, verdict ?? "silent");
      default:
        return this.#requireAllow(exchange, resource, verdict);
    }
  }

  /** The local account's user may invoke every method, so that only a Deny of the resource policy can keep it out. */
  #admitSigner(exchange: RoutedGatewayExchange, resource: string): void {
    const caller = signer(exchange);
    if (this.#policy && resourceVerdict(this.#policy, exchange, resource, caller) === "deny") {
      throw new GatewayError(
        "ACCESS_DENIED",
        `The API's resource policy denies ${resource} to ${caller.userArn} with the address ${exchange.sourceIp}.`,
        { message: notAuthorized(caller.userArn, resource, this.#api) + EXPLICIT_BY_RESOURCE },
      );
    }
    exchange.identity = { kind: "iam", principal: caller.userArn, caller };
  }

  /** Of a caller whom nothing but the policy lets in. */
  #requireAllow({ sourceIp }: RoutedGatewayExchange, resource: string, verdict: Verdict | undefined): void {
    if (verdict === undefined || verdict === "allow") return;
    const message = notAuthorized("anonymous", resource, this.#api);
    const why = verdict === "deny" ? "denies" : "does not allow";
    throw new GatewayError(
      "ACCESS_DENIED",
      `The API's resource policy ${why} ${resource} to an anonymous caller with the address ${sourceIp}.`,
      { message: message + (verdict === "deny" ? EXPLICIT_BY_RESOURCE : IMPLICIT_BY_RESOURCE) },
    );
  }

  async #askFunction(exchange: RoutedGatewayExchange, resource: string, byResource: Verdict): Promise<void> {
    const { authorizerId } = exchange.route.method;
    const authorizer = authorizerId === undefined ? undefined : this.#lambdaAuthorizers.get(authorizerId);
    if (!authorizer) {
      throw new GatewayError(
        "AUTHORIZER_CONFIGURATION_ERROR",
        `The method names the authorizer ${authorizerId ?? "(none)"}, which is not a Lambda authorizer of this API.`,
      );
    }
    exchange.apiKey = this.#api.usagePlans.sentKey(exchange);
    const { answer, latencyMs } = await authorizer.ask(exchange, resource);
    const verdict = policyVerdict(answer.policy, { resource, keys: conditionKeys(exchange) });
    if (verdict === "deny" || (verdict === "silent" && byResource !== "allow")) {
      throw new GatewayError(
        "ACCESS_DENIED",
        `The policy of the Lambda authorizer ${verdict === "deny" ? "denies" : "does not allow"} ${resource}.`,
        {
          message: `User is not authorized to access this resource${
            verdict === "deny"
              ? " with an explicit deny in an identity-based policy"
              : " because no identity-based policy allows the execute-api:Invoke action"
          }`,
        },
      );
    }
    const { principal, context, usageIdentifierKey } = answer;
    exchange.identity = { kind: "lambda", principal, context, usageIdentifierKey, latencyMs };
  }
}

const notAuthorized = (user: string, resource: string, { model }: CompiledApi): string =>
  `User: ${user} is not authorized to perform: execute-api:Invoke on resource: ${maskedArn(resource, model)}`;

/** A trailing slash finds the same method, so what denies the one path must deny the other. */
const routedPath = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);
