/** What an API has for outputs, whichever kind it is. */
import type { NewResource } from "../../engine/graph.ts";
import { type Account, arnOf, map, physicalName } from "../resource-type.ts";

/** @param path of the API's kind in ARNs: `/restapis`, `/apis` */
export const apiOutputs = (resource: NewResource, account: Account, path: string, id: string) => ({
  name: physicalName(resource),
  arn: arnOf(account, "apigateway", `${path}/${id}`, false),
  executionArn: arnOf(account, "execute-api", id),
  tagsAll: map(resource.inputs.tags),
  region: account.region,
});
