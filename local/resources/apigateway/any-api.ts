/** What an API has for outputs, and in the model, whichever kind it is. */
import type { NewResource, Resource } from "../../engine/graph.ts";
import type { ApiModel } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { type Account, arnOf, flag, physicalName } from "../resource-type.ts";

/** @param path of the API's kind in ARNs: `/restapis`, `/apis` */
export const apiOutputs = (resource: NewResource, account: Account, path: string, id: string) => ({
  name: physicalName(resource),
  arn: arnOf(account, "apigateway", `${path}/${id}`, false),
  executionArn: arnOf(account, "execute-api", id),
});

export const apiModel = ({ id, inputs, outputs }: Resource, { model }: CloudBuilder): ApiModel => ({
  id,
  name: outputs.name as string,
  arn: outputs.arn as string,
  executionArn: outputs.executionArn as string,
  region: outputs.region as string,
  accountId: model.accountId,
  disableExecuteApiEndpoint: flag(inputs.disableExecuteApiEndpoint),
});
