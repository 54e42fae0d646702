/** The resource types of AWS Lambda. */
import type { ResourceType } from "../resource-type.ts";
import { alias } from "./alias.ts";
import { eventSourceMapping } from "./event-source-mapping.ts";
import { lambdaFunction } from "./function.ts";
import { functionEventInvokeConfig } from "./function-event-invoke-config.ts";
import { functionUrl } from "./function-url.ts";
import { layerVersion } from "./layer-version.ts";
import { permission } from "./permission.ts";

export const lambdaTypes: ResourceType[] = [
  lambdaFunction,
  permission,
  alias,
  layerVersion,
  functionUrl,
  eventSourceMapping,
  functionEventInvokeConfig,
];
