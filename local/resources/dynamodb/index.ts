/** Resource types of `aws.dynamodb`. */
import type { ResourceType } from "../resource-type.ts";
import { table } from "./table.ts";
import { tableItem } from "./table-item.ts";

export const dynamodbTypes: readonly ResourceType[] = [table, tableItem];
