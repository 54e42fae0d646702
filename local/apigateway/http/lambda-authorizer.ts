/**
 * The Lambda authorizer of an HTTP API (type REQUEST): a function decides, and its decision is kept for the identity that the
 * request carries (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html).
 */
import type { FunctionPermissionModel, HttpApiModel, HttpAuthorizerModel } from "../../model.ts";
import { mayInvoke } from "../../permissions/function-permission.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { askFunction, RememberedAnswers } from "../shared/authorizer-function.ts";
import { policyVerdict, readPolicy } from "../shared/invocation-policy.ts";
import type { AuthorizedCaller, RoutedHttpExchange } from "./http-exchange.ts";
import { identitySource } from "./identity-sources.ts";
import { eventV2, resourceOf } from "./proxy-event.ts";
import { HttpApiRefusal } from "./refusal.ts";

interface Decision {
  allows(routeArn: string): boolean;
  caller: AuthorizedCaller;
}

export class LambdaAuthorizer {
  readonly #model: HttpAuthorizerModel;
  readonly #api: HttpApiModel;
  readonly #services: ApiServices;
  readonly #permissions: readonly FunctionPermissionModel[];
  readonly #decisions = new RememberedAnswers<Decision>();

  constructor(
    model: HttpAuthorizerModel,
    api: HttpApiModel,
    services: ApiServices,
    permissions: readonly FunctionPermissionModel[],
  ) {
    this.#model = model;
    this.#api = api;
    this.#services = services;
    this.#permissions = permissions;
  }

  /** @throws HttpApiRefusal 401 without identity, 403 when the function says no, 500 when it says nothing usable */
  async authorize(exchange: RoutedHttpExchange): Promise<AuthorizedCaller> {
    const { identitySources, name } = this.#model;
    const identities = identitySources.map((source) => identitySource(source, exchange));
    const missing = identitySources.filter((_, index) => !identities[index]);
    if (missing.length > 0) {
      throw new HttpApiRefusal(401, `Refused by the authorizer ${name}: the request has no ${missing.join(", ")}.`);
    }
    const decision = await this.#decide(identities as string[], exchange);
    if (!decision.allows(routeArn(exchange))) {
      throw new HttpApiRefusal(403, `Refused by the authorizer ${name}: its function does not allow this request.`);
    }
    return decision.caller;
  }

  async #decide(identities: string[], exchange: RoutedHttpExchange): Promise<Decision> {
    const keeps = this.#model.resultTtlSeconds > 0 && identities.length > 0;
    const key = JSON.stringify(identities);
    const now = this.#services.platform.now();
    const known = keeps ? this.#decisions.get(key, now) : undefined;
    if (known) return known;
    const decision = this.#read(await this.#invoke(identities, exchange));
    if (keeps) this.#decisions.set(key, decision, now + this.#model.resultTtlSeconds * 1000);
    return decision;
  }

  async #invoke(identities: string[], exchange: RoutedHttpExchange): Promise<unknown> {
    const { id, functionArn, credentials, name } = this.#model;
    if (functionArn === undefined) throw misconfigured(name, "its URI names no Lambda function");
    const source = `${this.#api.executionArn}/authorizers/${id}`;
    if (credentials === undefined && !mayInvoke(this.#permissions, "apigateway", functionArn, [source])) {
      throw misconfigured(name, `no aws.lambda.Permission lets the API invoke the function as ${source}`);
    }
    const event =
      this.#model.payloadFormatVersion === "2.0" ? this.#eventV2(identities, exchange) : eventV1(identities, exchange);
    try {
      const result = await askFunction(this.#services.invoke, functionArn, JSON.stringify(event), exchange.traceId);
      if (result.functionError) throw new Error(result.reason ?? "it failed");
      return JSON.parse(result.payload);
    } catch (error) {
      throw misconfigured(name, `its function gave no decision: ${(error as Error).message}`);
    }
  }

  #eventV2(identities: string[], exchange: RoutedHttpExchange): Record<string, unknown> {
    const { version, ...event } = eventV2(exchange);
    const identity = identities.length > 0 ? identities : null;
    return { version, type: "REQUEST", routeArn: routeArn(exchange), identitySource: identity, ...event };
  }

  /** Simple responses say `isAuthorized`; the others return a policy, which is evaluated for each route. */
  #read(answer: unknown): Decision {
    const { name, enableSimpleResponses, payloadFormatVersion } = this.#model;
    const result = typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>) : {};
    const context = (result.context ?? null) as Record<string, unknown> | null;
    const principal = result.principalId === undefined ? undefined : String(result.principalId);
    const caller: AuthorizedCaller = { kind: "lambda", context, principal };
    if (enableSimpleResponses && payloadFormatVersion === "2.0") {
      const { isAuthorized } = result;
      if (typeof isAuthorized !== "boolean")
        throw misconfigured(name, "its function's answer has no boolean isAuthorized");
      return { allows: () => isAuthorized, caller };
    }
    const policy = readPolicy(result.policyDocument);
    if (!policy) throw misconfigured(name, "its function's answer has no policyDocument that is a policy");
    return { allows: (resource) => policyVerdict(policy, { resource }) === "allow", caller };
  }
}

/** `arn:…:<api>/<stage>/<METHOD>/<path>` of the request itself. */
function routeArn({ api, stage, httpMethod, requestPath }: RoutedHttpExchange): string {
  const path = stage.name === "$default" ? requestPath : requestPath.slice(stage.name.length + 1);
  return `${api.executionArn}/${stage.name}/${httpMethod}/${path.replace(/^\//, "")}`;
}

function eventV1(identities: string[], exchange: RoutedHttpExchange): Record<string, unknown> {
  const { route, stage, query, headers } = exchange;
  const { requestContext, ...rest } = eventV2(exchange) as { requestContext: Record<string, unknown> } & Record<
    string,
    unknown
  >;
  const resource = resourceOf(route.routeKey);
  return {
    version: "1.0",
    type: "REQUEST",
    methodArn: routeArn(exchange),
    identitySource: identities.join(","),
    authorizationToken: identities.join(","),
    resource,
    path: rest.rawPath,
    httpMethod: exchange.httpMethod,
    headers: rest.headers,
    queryStringParameters: Object.fromEntries(query),
    pathParameters: exchange.pathParameters,
    stageVariables: stage.variables,
    requestContext: {
      path: rest.rawPath,
      accountId: requestContext.accountId,
      resourceId: route.routeKey,
      stage: stage.name,
      requestId: exchange.requestId,
      identity: { sourceIp: exchange.sourceIp, userAgent: headers.last("user-agent") ?? "" },
      resourcePath: resource,
      httpMethod: exchange.httpMethod,
      apiId: requestContext.apiId,
    },
  };
}

const misconfigured = (name: string, why: string) =>
  new HttpApiRefusal(500, `The authorizer ${name} cannot decide: ${why}.`, { authorizerError: why });
