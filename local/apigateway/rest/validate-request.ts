/**
 * Request validators: required parameters, and bodies against JSON Schema draft 4 models
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html).
 */

import { type Schema, Validator } from "@cfworker/json-schema";
import type { RestApiModel } from "../../model.ts";
import { ownMember } from "../../own-member.ts";
import { TimeUp, withinTime } from "../../time-limit.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";

/** Keywords of which a check may take more steps than the body has characters. */
const TAKES_ITS_TIME = /"(?:pattern|patternProperties|format|uniqueItems|\\u)/;

export class RequestValidator {
  readonly #api: RestApiModel;
  readonly #models = new Map<string, Validator>();
  /** A model may refer to every other one. */
  readonly #takesItsTime: boolean;

  constructor(api: RestApiModel) {
    this.#api = api;
    this.#takesItsTime = api.models.some(({ schema }) => TAKES_ITS_TIME.test(schema));
  }

  /** @throws GatewayError `BAD_REQUEST_PARAMETERS` or `BAD_REQUEST_BODY` */
  validate(exchange: RoutedGatewayExchange): void {
    const { requestValidatorId } = exchange.route.method;
    if (requestValidatorId === undefined) return;
    const validator = this.#api.requestValidators.find(({ id }) => id === requestValidatorId);
    if (validator?.validateParameters) requireParameters(exchange);
    if (validator?.validateBody) this.#validateBody(exchange);
  }

  #validateBody({ route, headers, body }: RoutedGatewayExchange): void {
    const mediaType = (headers.last("content-type") ?? "application/json").split(";")[0]!.trim().toLowerCase();
    const { requestModels } = route.method;
    const modelName = ownMember(requestModels, mediaType) ?? requestModels.$default;
    if (modelName === undefined || modelName === "Empty") return;

    let document: unknown;
    try {
      document = JSON.parse(body?.toString() ?? "");
    } catch {
      throw invalidBody("the body is not JSON");
    }
    const { valid, errors } = this.#result(modelName, document);
    if (valid) return;
    const details = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
    throw invalidBody(`it does not fit the model ${modelName} (${details.slice(0, 5).join(" ")})`, details.join(", "));
  }

  #result(modelName: string, document: unknown) {
    const validator = this.#model(modelName);
    const validate = () => validator.validate(document);
    if (!this.#takesItsTime) return validate();
    try {
      return withinTime(`The model ${modelName}`, validate);
    } catch (error) {
      if (error instanceof TimeUp) throw new GatewayError("API_CONFIGURATION_ERROR", `${error.message}.`);
      throw error;
    }
  }

  #model(name: string): Validator {
    let validator = this.#models.get(name);
    if (validator) return validator;
    const found = this.#api.models.find((model) => model.name === name);
    if (!found) {
      throw new GatewayError(
        "API_CONFIGURATION_ERROR",
        `The method names the model ${name}, which the API does not have.`,
      );
    }
    validator = new Validator(parseSchema(found), "4", false);
    for (const other of this.#api.models) validator.addSchema(parseSchema(other), this.#modelUrl(other.name));
    this.#models.set(name, validator);
    return validator;
  }

  /** How one model refers to another. */
  #modelUrl(name: string): string {
    return `https://apigateway.amazonaws.com/restapis/${this.#api.id}/models/${name}`;
  }
}

function parseSchema({ name, schema }: { name: string; schema: string }): Schema {
  try {
    return JSON.parse(schema || "{}") as Schema;
  } catch {
    throw new GatewayError("API_CONFIGURATION_ERROR", `The model ${name} is not JSON.`);
  }
}

function requireParameters({ route, headers, query, pathParameters }: RoutedGatewayExchange): void {
  const missing = Object.entries(route.method.requestParameters)
    .filter(([, required]) => required)
    // Fields, then path, then query, whatever their order in the program.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([parameter]) => /^method\.request\.(header|querystring|path)\.(.+)$/.exec(parameter))
    .filter((match) => match !== null)
    .filter(([, where, name = ""]) => {
      if (where === "header") return !headers.last(name.toLowerCase());
      if (where === "path") return !Object.hasOwn(pathParameters, name);
      return !query.some(([key]) => key === name);
    })
    .map(([, , name]) => name);
  if (missing.length === 0) return;
  const message = `Missing required request parameters: [${missing.join(", ")}]`;
  throw new GatewayError("BAD_REQUEST_PARAMETERS", `The request validator refuses: ${message}.`, { message });
}

function invalidBody(why: string, validationErrors?: string): GatewayError {
  const errors = validationErrors === undefined ? {} : { validationErrors: `[${validationErrors}]` };
  return new GatewayError("BAD_REQUEST_BODY", `The request validator refuses: ${why}.`, errors);
}
