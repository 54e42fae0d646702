/** aws:dynamodb/tableItem:TableItem: one item that the program puts into a table (PutItem). */
import type { dynamodb } from "@pulumi/aws";
import { type Resource, ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { resourceType, text } from "../resource-type.ts";

type Item = Record<string, Record<string, unknown>>;

export const tableItem = resourceType<dynamodb.TableItem, dynamodb.TableItemArgs>("aws:dynamodb/tableItem:TableItem", {
  inputs: { hashKey: served, item: served, rangeKey: served, region: served, tableName: served },

  create(resource) {
    const { inputs } = resource;
    const [tableName, hashKey, rangeKey] = [inputs.tableName, inputs.hashKey, inputs.rangeKey].map(text);
    const item = itemOf(resource);
    const valueAt = (key: string | undefined) =>
      key === undefined ? "" : String(Object.values(item[key] ?? {})[0] ?? "");
    return {
      id: [tableName, hashKey, valueAt(hashKey), rangeKey, valueAt(rangeKey)].filter((part) => part).join("|"),
      outputs: { hashKeyValue: valueAt(hashKey), rangeKeyValue: valueAt(rangeKey) },
    };
  },

  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    cloud.atTheEnd(resource, () => {
      const table = cloud.model.tables.find(
        ({ name, region }) => name === inputs.tableName && region === outputs.region,
      );
      if (!table) {
        throw new ResourceProblem(
          `ResourceNotFoundException: Requested resource not found. The program declares no table ${JSON.stringify(inputs.tableName)} in ${outputs.region}.`,
        );
      }
      const item = itemOf(resource);
      const missing = table.keys.filter((key) => item[key] === undefined);
      if (missing.length > 0) {
        throw new ResourceProblem(
          `ValidationException: One or more parameter values were invalid: Missing the key ${missing[0]} in the item`,
        );
      }
      table.items.push(item);
    });
  },
});

/** @throws ResourceProblem for what is not DynamoDB's JSON */
function itemOf({ inputs }: Pick<Resource, "inputs">): Item {
  try {
    const item: unknown = JSON.parse(String(inputs.item));
    const isTyped = (value: unknown) => value !== null && typeof value === "object" && Object.keys(value).length === 1;
    if (item !== null && typeof item === "object" && Object.values(item).every(isTyped)) return item as Item;
  } catch {}
  throw new ResourceProblem(
    'item is not DynamoDB\'s JSON: write JSON.stringify({ id: { S: "a" } }), a type before each value.',
  );
}
