/** aws:apigateway/requestValidator:RequestValidator: which parts of a request are checked (CreateRequestValidator). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { flag, physicalName, resourceType, stableId } from "../resource-type.ts";

type Validator = apigateway.RequestValidator;
type ValidatorArgs = apigateway.RequestValidatorArgs;

export const requestValidator = resourceType<Validator, ValidatorArgs>(
  "aws:apigateway/requestValidator:RequestValidator",
  {
    inputs: {
      name: served,
      region: served,
      restApi: served,
      validateRequestBody: served,
      validateRequestParameters: served,
    },

    create: (resource) => ({
      id: stableId(resource.urn, 6),
      outputs: { name: physicalName(resource) },
    }),

    declare(resource, cloud) {
      const { id, inputs, outputs } = resource;
      cloud.restApi(inputs.restApi, resource).requestValidators.push({
        id,
        name: outputs.name as string,
        validateBody: flag(inputs.validateRequestBody),
        validateParameters: flag(inputs.validateRequestParameters),
      });
    },
  },
);
