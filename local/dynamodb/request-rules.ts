/**
 * What DynamoDB refuses of a request before it looks at a table, where dynalite's rules let it pass or have the words of an
 * earlier DynamoDB. Most sentences were recorded in 2026, by nubo-db/dynamodb-conformance and by moto's tests that ran on AWS.
 */

import { nameComplaint, sizeComplaint } from "./attribute-names.ts";
import type { EmulatorStore, RequestData } from "./emulator-contract.ts";
import { failure } from "./failure.ts";
import { olderComplaint } from "./older-conditions.ts";
import { inWordsOfExpression, leftToTheTable, wrongOperand } from "./query-keys.ts";
import { ofValue } from "./value-complaints.ts";

/** dynalite's: the sentence that says what is wrong with a request. */
export type Rule = (data: RequestData, store: Pick<EmulatorStore, "options">) => string | undefined;

interface Types {
  [member: string]: object | string;
}

/** Of a map, as dynalite has them. */
interface Constraints {
  lengthGreaterThanOrEqual?: number;
  keys?: object;
  values?: object;
  children: { children: { Keys: { lengthLessThanOrEqual?: number } } };
}

const ONE_ERROR = "1 validation error detected: ";
/** Operations that count what is wrong with a request, unless it is about a value or a size. */
const COUNTING = new Set(["PutItem", "UpdateItem", "DeleteItem"]);
const UNCOUNTED = /^(?:Supplied AttributeValue |Item size )/;

/**
 * @param alone not as part of a transaction, which has plainer sentences
 * @returns dynalite's rules for an operation, corrected
 */
export function requestRules(
  operation: string,
  { types, custom }: { types: object; custom: unknown },
  alone: boolean,
): { types: object; custom: Rule } {
  const inherited = custom as Rule;
  return {
    types: (OWN_TYPES[operation] ?? ((same: Types) => same))(types as Types),
    custom(data, store) {
      const complaint =
        OWN_RULES[operation]?.(data) ??
        nameComplaint(data) ??
        olderComplaint(data) ??
        inherited(data, store) ??
        wrongOperand(data) ??
        sizeComplaint(data);
      if (complaint === undefined || leftToTheTable(complaint, data)) return undefined;
      const words = inOwnWords(complaint, operation, alone, data);
      return alone && COUNTING.has(operation) && !UNCOUNTED.test(words) ? `${ONE_ERROR}${words}` : words;
    },
  };
}

/** @throws Failure for a table whose name is empty, which nothing else is said about */
export function refuseEmptyTableName({ TableName }: { TableName?: unknown }): void {
  if (TableName !== "") return;
  const constraint = "failed to satisfy constraint: Member must have length greater than or equal to 1";
  throw failure("ValidationException", `${ONE_ERROR}Value '' at 'tableName' ${constraint}`);
}

/** Without the constraints that have sentences of their own below, and with what dynalite passes over. */
const MOST_SEGMENTS = 1_000_000;
const CHOICES_ON_FAILURE = { ReturnValuesOnConditionCheckFailure: { type: "String", enum: ["ALL_OLD", "NONE"] } };

const OWN_TYPES: Record<string, (types: Types) => Types> = {
  PutItem: (types) => ({ ...types, ...CHOICES_ON_FAILURE }),
  DeleteItem: (types) => ({ ...types, ...CHOICES_ON_FAILURE }),
  UpdateItem: ({ AttributeUpdates, ...types }) => {
    const { children, ...updates } = AttributeUpdates as { children: { children: object } };
    const Action = { type: "String", enum: ["ADD", "DELETE", "PUT"] };
    return {
      ...{ ...types, ...CHOICES_ON_FAILURE },
      AttributeUpdates: { ...updates, children: { ...children, children: { ...children.children, Action } } },
    };
  },
  Scan: ({ TotalSegments, ...types }) => ({
    ...{ ...types, ConsistentRead: "Boolean" },
    TotalSegments: { ...(TotalSegments as object), lessThanOrEqual: MOST_SEGMENTS },
  }),
  Query: ({ Limit: _, ...types }) => ({ ...types, Limit: { type: "Integer" } }),
  BatchGetItem: ({ RequestItems, ...types }) => {
    const { lengthGreaterThanOrEqual: _, children, ...rest } = RequestItems as Constraints;
    const { lengthLessThanOrEqual: __, ...keys } = children.children.Keys;
    return {
      ...types,
      RequestItems: { ...rest, children: { ...children, children: { ...children.children, Keys: keys } } },
    };
  },
  BatchWriteItem: ({ RequestItems, ...types }) => {
    const { lengthGreaterThanOrEqual: _, keys: __, values: ___, ...rest } = RequestItems as Constraints;
    return { ...types, RequestItems: rest };
  },
};

const MOST_KEYS = 100;
const MOST_WRITES = 25;
const TABLE_NAME = /^[\w.-]{3,255}$/;

const length = (most: number, least: number): string =>
  `Member must have length less than or equal to ${most}, Member must have length greater than or equal to ${least}`;

const OWN_RULES: Record<string, (data: RequestData) => string | undefined> = {
  DeleteItem: ({ ReturnValues }) =>
    ReturnValues === undefined || ReturnValues === "ALL_OLD" || ReturnValues === "NONE"
      ? undefined
      : "ReturnValues can only be ALL_OLD or NONE",
  Query(data) {
    if (typeof data.Limit === "number" && data.Limit < 1) {
      return `${ONE_ERROR}Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1`;
    }
    const selected = selectionComplaint(data);
    return selected && `${ONE_ERROR}${selected}`;
  },
  Scan(data) {
    if (data.Segment !== undefined && data.TotalSegments === undefined) {
      return "The TotalSegments parameter is required but was not present in the request when Segment parameter is present";
    }
    return selectionComplaint(data);
  },
  BatchGetItem({ RequestItems }) {
    const tables = Object.entries(RequestItems as Record<string, { Keys: unknown[] }>);
    if (tables.length === 0) {
      return `${ONE_ERROR}Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1`;
    }
    const [name] = tables.find(([, { Keys }]) => Keys.length > MOST_KEYS) ?? [];
    if (name === undefined) return undefined;
    return `${ONE_ERROR}Value at 'RequestItems.${name}.member.Keys' failed to satisfy constraint: Member must have length less than or equal to ${MOST_KEYS}`;
  },
  BatchWriteItem({ RequestItems }) {
    const tables = Object.entries(RequestItems as Record<string, unknown[]>);
    if (tables.length === 0) return "The requestItems parameter is required for BatchWriteItem";
    const constraint = !tables.every(([name]) => TABLE_NAME.test(name))
      ? `Map keys must satisfy constraint: [${length(255, 3)}, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]`
      : tables.some(([, writes]) => writes.length < 1 || writes.length > MOST_WRITES)
        ? `Map value must satisfy constraint: [${length(MOST_WRITES, 1)}]`
        : undefined;
    if (constraint === undefined) return undefined;
    const value = tables.map(([name, writes]) => `${name}=${listed(writes)}`).join(", ");
    return `${ONE_ERROR}Value '{${value}}' at 'requestItems' failed to satisfy constraint: ${constraint}`;
  },
};

/** A list in a sentence. What stands in it is written as JSON, and not as Java prints the service's own objects. */
export const listed = (values: readonly unknown[]): string =>
  `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;

/** Which parameters `Select` goes with. */
function selectionComplaint({ Select, ProjectionExpression, AttributesToGet, IndexName }: RequestData) {
  if (Select === undefined) return undefined;
  const names = { ProjectionExpression, AttributesToGet };
  const [given] = Object.entries(names).find(([, value]) => value !== undefined) ?? [];
  if (Select === "SPECIFIC_ATTRIBUTES") {
    if (given !== undefined) return undefined;
    return "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES";
  }
  if (given !== undefined) {
    return `Cannot specify the ${given} when choosing to get ${Select === "COUNT" ? "only the Count" : Select}`;
  }
  if (Select !== "ALL_PROJECTED_ATTRIBUTES" || IndexName !== undefined) return undefined;
  return "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName";
}

function inOwnWords(complaint: string, operation: string, alone: boolean, data: RequestData): string {
  if (
    operation === "Query" &&
    data._keyCondition &&
    /^(?:KeyConditionExpressions|Invalid (?:operator|condition)) /.test(complaint)
  ) {
    return `Invalid KeyConditionExpression: ${complaint}`;
  }
  const unused = /^ExpressionAttributeValues can only be specified when using expressions/.exec(complaint);
  if (unused && (operation === "PutItem" || operation === "DeleteItem") && alone) return unused[0];
  // Of conditions and filters the size is told as well.
  const tooLong =
    /^Invalid (?:Update|Projection|KeyCondition)Expression: Expression size has exceeded the maximum allowed size;/;
  const [withoutSize] = tooLong.exec(complaint) ?? [];
  if (withoutSize) return withoutSize;
  return ofValue(inWordsOfExpression(complaint, data), operation, alone, data);
}
