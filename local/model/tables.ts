/** Tables of DynamoDB. */

/** A table of DynamoDB. */
export interface TableModel {
  name: string;
  arn: string;
  region: string;
  /** The partition key and, where there is one, the sort key. */
  keys: string[];
  /** Of the keys, of the table and its indexes. */
  attributes: { name: string; type: "S" | "N" | "B" }[];
  localIndexes: TableIndexModel[];
  globalIndexes: TableIndexModel[];
  billingMode: "PROVISIONED" | "PAY_PER_REQUEST";
  readCapacity: number;
  writeCapacity: number;
  /** The attribute with the second at which an item expires. */
  ttlAttribute: string | undefined;
  deletionProtection: boolean;
  /** In DynamoDB's JSON: `{ "id": { "S": "a" } }` */
  items: Record<string, Record<string, unknown>>[];
}

export interface TableIndexModel {
  name: string;
  keys: string[];
  /** How many of the keys, the first ones, say which partition an item is in; one unless said */
  partitionKeys?: number;
  projectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
  nonKeyAttributes: string[];
}
