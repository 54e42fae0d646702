/** Items in DynamoDB's JSON (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html). */

/** Under its type: `{ S: "a" }` */
export type Value = Record<string, unknown>;

/** `{ id: { S: "a" } }` */
export type Item = Record<string, Value>;
