/**
 * The two operations of the API Gateway control plane that the local cloud answers, in the shape that AWS SDKs speak:
 * `POST /restapis/{id}/authorizers/{authorizer}` and `POST /restapis/{id}/resources/{resource}/methods/{method}`
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html). Every other operation is the program's business.
 */
import { readBody } from "../../http/read-body.ts";
import { isJsonObject } from "../../json-object.ts";
import type { RestApiModel } from "../../model.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { GatewayError } from "./gateway-error.ts";
import { NotFoundException, type TestInvokeInput, TestInvoker } from "./test-invoke.ts";

/** @returns a handler of fetch requests whose paths begin with `/restapis`; signatures are not asked for */
export function testInvokeEndpoint(
  models: readonly RestApiModel[],
  services: ApiServices,
): (request: Request) => Promise<Response> {
  const invokers = new Map(models.map((api) => [api.id, new TestInvoker(api, services)]));
  const accountId = models[0]?.accountId ?? "";

  return async (request) => {
    const { pathname } = new URL(request.url);
    const [, collection, apiId = "", kind, id = "", methods, httpMethod = "", ...more] = pathname
      .split("/")
      .map((segment) => decodedOrRaw(segment));
    if (collection !== "restapis" || more.length > 0 || request.method !== "POST") return unsupported(request);
    try {
      const invoker = invokers.get(apiId);
      if (!invoker) throw new NotFoundException(`Invalid API identifier specified ${accountId}:${apiId}`);
      const input = await readInput(request);
      if (kind === "authorizers" && methods === undefined) return Response.json(invoker.testAuthorizer(id, input));
      if (kind === "resources" && methods === "methods") {
        return Response.json(await invoker.testMethod(id, httpMethod, input));
      }
      return unsupported(request);
    } catch (error) {
      if (error instanceof NotFoundException) return refusal(404, error.name, error.message);
      if (error instanceof GatewayError) return refusal(400, "BadRequestException", error.reason);
      if (error instanceof InvalidInput) return refusal(400, "BadRequestException", error.message);
      throw error;
    }
  };
}

function decodedOrRaw(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The 10 MB of a request, written as JSON. */
const LONGEST_INPUT_BYTES = 16 * 1024 * 1024;

class InvalidInput extends Error {}

async function readInput(request: Request): Promise<TestInvokeInput> {
  const text = (await readBody(request, LONGEST_INPUT_BYTES))?.toString();
  if (text === undefined) throw new InvalidInput("The request body is larger than any that a method takes.");
  let input: unknown;
  try {
    input = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new InvalidInput("The request body is not JSON.");
  }
  if (!isJsonObject(input)) {
    throw new InvalidInput("The request body is to be a JSON object.");
  }
  const { headers, multiValueHeaders, pathWithQueryString, body, stageVariables } = input;
  return {
    headers: map(headers, "headers", isString),
    multiValueHeaders: map(multiValueHeaders, "multiValueHeaders", isStringList),
    stageVariables: map(stageVariables, "stageVariables", isString),
    ...(isString(pathWithQueryString) && { pathWithQueryString }),
    ...(isString(body) && { body }),
  };
}

function map<T>(value: unknown, name: string, isValid: (one: unknown) => one is T): Record<string, T> {
  if (value === undefined || value === null) return {};
  if (isJsonObject(value) && Object.values(value).every(isValid)) {
    return value as Record<string, T>;
  }
  throw new InvalidInput(`${name} is to be a map of ${name === "multiValueHeaders" ? "lists of strings" : "strings"}.`);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}

function unsupported(request: Request): Response {
  const message =
    `The local cloud does not answer ${request.method} ${new URL(request.url).pathname}: ` +
    "REST APIs are made by the Pulumi program; only TestInvokeAuthorizer and TestInvokeMethod are served.";
  return refusal(400, "BadRequestException", message);
}

function refusal(status: number, errorType: string, message: string): Response {
  return Response.json({ message }, { status, headers: { "x-amzn-ErrorType": errorType } });
}
