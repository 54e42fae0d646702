/**
 * Puts an OpenAPI document into a REST API, as `RestApi.body` and `RestApiPut` have it
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html).
 */
import type { Resource } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { RestApiModel } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { type AnyContract, notServed, served, unservedInputs } from "../contract.ts";
import { few } from "../few.ts";
import { map, text } from "../resource-type.ts";
import { forReaders } from "./because.ts";
import { type Basepath, readOpenApiBody } from "./openapi-body.ts";
import { NO_VPC_ENDPOINTS } from "./openapi-extensions.ts";

/** The import's own options, `RestApi.parameters`. */
const PARAMETERS: AnyContract = {
  basepath: served,
  endpointConfigurationTypes: served,
  endpointConfigurationVpcEndpointIds: notServed(NO_VPC_ENDPOINTS),
  // The one thing that an import can ignore is documentation.
  ignore: forReaders,
};

/**
 * Replaces what the API consists of by what the document describes, and names what of it is not served.
 * @param resource whose inputs hold `body` and `parameters`
 * @throws ResourceProblem when API Gateway would refuse the document
 */
export function importOpenApi(api: RestApiModel, resource: Resource, cloud: CloudBuilder): void {
  const { body, parameters } = resource.inputs;
  const options = map(parameters);
  cloud.nameUnserved(resource, unservedInputs(PARAMETERS, options as Values), "parameters.");
  const root = api.resources.find(({ path }) => path === "/")!;
  const { settings, unserved, undefinedValidators, ...imported } = readOpenApiBody(
    text(body) ?? "",
    api.id,
    root.id,
    text(options.basepath) as Basepath | undefined,
  );
  cloud.nameUnserved(resource, unserved, "body: ");
  if (undefinedValidators.length > 0) {
    const operations = few(undefinedValidators.map(({ operation, validator }) => `${operation} (${validator})`));
    cloud.warn(
      `The requests of ${operations} of the REST API "${resource.name}" are not validated, by AWS neither: the body does not define the request validator that they name. With an API component, set requestValidator on the whole API too.`,
    );
  }
  const endpointType = text(options.endpointConfigurationTypes)?.toUpperCase() as RestApiModel["endpointType"];
  Object.assign(api, imported, settings, endpointType && { endpointType });
}
