/**
 * `TestInvokeAuthorizer` and `TestInvokeMethod`: what the console's Test buttons do
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html, API_TestInvokeMethod.html).
 */
import type { RestApiModel, StageModel } from "../../model.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { type RequestHeaders, requestHeaders } from "../shared/request-headers.ts";
import { javaDate } from "./claims.ts";
import { type CompiledApi, compileApi } from "./compiled-api.ts";
import { GatewayError } from "./gateway-error.ts";
import type { GatewayAnswer, RoutedGatewayExchange } from "./gateway-exchange.ts";
import { gatewayAnswer } from "./gateway-responses.ts";
import { integrate } from "./integrations/integrate.ts";
import { newExchange, parseQuery, parseTarget } from "./request.ts";
import type { Route } from "./route.ts";

export interface TestInvokeInput {
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  /** e.g. `/transactions?limit=5` */
  pathWithQueryString?: string;
  body?: string;
  stageVariables?: Record<string, string>;
}

export interface TestInvokeAuthorizerResult {
  /** 0 when the token was let pass, else the status that a client would get */
  clientStatus: number;
  log: string;
  /** Milliseconds */
  latency: number;
  principalId?: string;
  claims?: Record<string, string>;
}

export interface TestInvokeMethodResult {
  status: number;
  body: string;
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  log: string;
  /** Milliseconds */
  latency: number;
}

/** What a test invocation names and the API does not have. */
export class NotFoundException extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotFoundException";
  }
}

/** The stage that test invocations run in. */
const TEST_STAGE = "test-invoke-stage";
const SECRET_HEADERS = new Set(["authorization", "x-api-key", "cookie", "x-amz-security-token"]);

/** Test invocations of one API. */
export class TestInvoker {
  readonly #api: CompiledApi;

  constructor(model: RestApiModel, services: ApiServices) {
    this.#api = compileApi(model, services);
  }

  /**
   * Gives a token to an authorizer as a method without scopes would: only ID tokens pass.
   * @throws NotFoundException for an authorizer that the API does not have
   */
  testAuthorizer(authorizerId: string, input: TestInvokeInput): TestInvokeAuthorizerResult {
    const authorizer = this.#api.cognitoAuthorizers.get(authorizerId);
    if (!authorizer) throw new NotFoundException("Invalid Authorizer identifier specified");
    const startedAt = performance.now();
    const log = new ExecutionLog(this.#api);
    log.add(`Starting authorizer: ${authorizerId}`);
    const latency = () => Math.round(performance.now() - startedAt);
    try {
      const { claims, principal } = authorizer.authorize(rawHeaders(input), []);
      log.add("Successfully completed authorizer execution");
      return { clientStatus: 0, log: log.text(), latency: latency(), principalId: principal ?? "", claims };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      log.add(error.reason);
      log.add(`Unauthorized request: ${log.requestId}`);
      return { clientStatus: error.status, log: log.text(), latency: latency() };
    }
  }

  /**
   * Sends a request through a method's validator and integration; authorization and keys are not asked for.
   * @throws NotFoundException for a resource or method that the API does not have
   */
  async testMethod(resourceId: string, httpMethod: string, input: TestInvokeInput): Promise<TestInvokeMethodResult> {
    const startedAt = performance.now();
    const exchange = this.#exchange(this.#route(resourceId, httpMethod), httpMethod, input);
    const log = new ExecutionLog(this.#api, exchange.requestId);
    exchange.trace = (line) => log.add(line);
    log.add(`Starting execution for request: ${exchange.requestId}`);
    log.add(`HTTP Method: ${exchange.httpMethod}, Resource Path: ${exchange.path}`);
    log.add(`Method request path: ${braces(Object.entries(exchange.pathParameters))}`);
    log.add(`Method request query string: ${braces(exchange.query)}`);
    log.add(`Method request headers: ${braces(shownHeaders(exchange.headers))}`);
    log.add(`Method request body before transformations: ${input.body ?? ""}`);
    const answer = await this.#answer(exchange, log);
    const latency = Math.round(performance.now() - startedAt);
    log.add(`Method completed with status: ${answer.status}`);
    return { ...asResult(exchange, answer), log: log.text(), latency };
  }

  async #answer(exchange: RoutedGatewayExchange, log: ExecutionLog): Promise<GatewayAnswer> {
    try {
      this.#api.requestValidator.validate(exchange);
      const answer = await integrate(exchange);
      log.add(`Method response body after transformations: ${answer.body}`);
      log.add(`Method response headers: ${braces(Object.entries(asResult(exchange, answer).headers))}`);
      log.add("Successfully completed execution");
      return answer;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      log.add(`Execution failed due to configuration error: ${error.reason}`);
      return gatewayAnswer(this.#api, exchange, error);
    }
  }

  #route(resourceId: string, httpMethod: string): Route {
    const resource = this.#api.model.resources.find(({ id }) => id === resourceId);
    if (!resource) throw new NotFoundException("Invalid Resource identifier specified");
    const method = resource.methods.find((one) => one.httpMethod === httpMethod);
    if (!method) throw new NotFoundException("Invalid Method identifier specified");
    return { resource, method };
  }

  #exchange(route: Route, httpMethod: string, input: TestInvokeInput): RoutedGatewayExchange {
    const target = parseTarget(`/${TEST_STAGE}${input.pathWithQueryString || route.resource.path}`);
    const method = httpMethod === "ANY" ? "GET" : httpMethod;
    const headers = rawHeaders(input);
    const exchange = newExchange(this.#api, { method, target, headers, sourceIp: TEST_STAGE, scheme: "https" });
    const [first] = this.#api.model.stages;
    const stage: StageModel = {
      name: TEST_STAGE,
      deploymentId: first?.deploymentId ?? "",
      variables: input.stageVariables ?? {},
      accessLog: undefined,
      methodSettings: [],
    };
    return Object.assign(exchange, {
      query: parseQuery(target.queryString),
      body: input.body ? Buffer.from(input.body) : undefined,
      stage,
      route,
      staged: this.#api.stagedMethods.get(stage, route, exchange.receivedAt),
      pathParameters: pathParameters(route.resource.path, target.path),
    });
  }
}

class ExecutionLog {
  readonly requestId: string;
  readonly #now: () => number;
  readonly #lines: string[];

  constructor(api: CompiledApi, requestId = api.services.platform.randomUUID()) {
    this.requestId = requestId;
    this.#now = () => api.services.platform.now();
    this.#lines = [`Execution log for request ${requestId}`];
  }

  add(line: string): void {
    this.#lines.push(`${javaDate(Math.floor(this.#now() / 1000))} : ${line}`);
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

function rawHeaders({ headers = {}, multiValueHeaders = {} }: TestInvokeInput): RequestHeaders {
  const raw = Object.entries(multiValueHeaders).flatMap(([name, values]) => values.flatMap((value) => [name, value]));
  for (const [name, value] of Object.entries(headers)) {
    if (!Object.hasOwn(multiValueHeaders, name)) raw.push(name, value);
  }
  return requestHeaders(raw);
}

function shownHeaders({ raw }: RequestHeaders): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => {
    const name = raw[2 * index] ?? "";
    return [name, SECRET_HEADERS.has(name.toLowerCase()) ? "*****" : (raw[2 * index + 1] ?? "")];
  });
}

function braces(pairs: readonly (readonly [string, string])[]): string {
  return `{${pairs.map(([name, value]) => `${name}=${value}`).join(", ")}}`;
}

function pathParameters(template: string, path: string): Record<string, string> {
  const names: string[] = [];
  const source = template.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{([^}]+?)(\\\+)?\}/g, (_, name, greedy) => {
    names.push(name);
    return greedy ? "(.+)" : "([^/]+)";
  });
  const values = new RegExp(`^${source}/?$`).exec(path)?.slice(1) ?? [];
  return Object.fromEntries(
    names.flatMap((name, index) => (values[index] === undefined ? [] : [[name, values[index]]])),
  );
}

function asResult(exchange: RoutedGatewayExchange, answer: GatewayAnswer) {
  const multiValueHeaders: Record<string, string[]> = {};
  const put = (name: string, value: string) => {
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  };
  if (answer.contentType !== undefined) put("Content-Type", answer.contentType);
  for (let i = 0; i < answer.headers.length; i += 2) put(answer.headers[i]!, answer.headers[i + 1]!);
  if (answer.traced) put("X-Amzn-Trace-Id", exchange.traceId);
  return {
    status: answer.status,
    body: answer.body.toString(),
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)!])),
    multiValueHeaders,
  };
}
