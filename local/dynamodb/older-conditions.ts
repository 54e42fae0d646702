/**
 * `Expected`, `QueryFilter` and `ScanFilter` as the conditions that expressions are made of
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html).
 */
import validations from "dynalite/validations/index.js";
import type { RequestData } from "./emulator-contract.ts";
import type { Condition } from "./expressions/condition.ts";
import type { Operand } from "./expressions/operand.ts";
import type { Value } from "./item.ts";

interface OlderCondition {
  ComparisonOperator?: string;
  AttributeValueList?: Value[];
  /** With or without `ComparisonOperator` in place of a list of one */
  Value?: Value;
  Exists?: boolean;
}

const COMPARISONS: Record<string, string> = {
  ...{ EQ: "=", NE: "<>", LT: "<", LE: "<=", GT: ">", GE: ">=", IN: "in", BETWEEN: "between" },
};
const FUNCTIONS: Record<string, string> = {
  ...{ NULL: "attribute_not_exists", NOT_NULL: "attribute_exists", CONTAINS: "contains", BEGINS_WITH: "begins_with" },
};

/** dynalite refuses these to be compared for equality in filters, DynamoDB does not (recorded by Scylla's Alternator). */
const REFUSED_TYPES = new Set(["BOOL", "NULL", "L", "M"]);

/** Takes what dynalite would wrongly refuse out of a request's filters. @returns what puts it back */
export function withoutEqualities({ QueryFilter, ScanFilter }: RequestData): () => void {
  const filter = (QueryFilter ?? ScanFilter ?? {}) as Record<string, OlderCondition>;
  const taken = Object.entries(filter).filter(([, { ComparisonOperator, AttributeValueList = [] }]) => {
    if (ComparisonOperator !== "EQ" && ComparisonOperator !== "NE") return false;
    const [value, ...more] = AttributeValueList;
    const isOne = value && more.length === 0 && Object.keys(value).length === 1;
    return isOne && REFUSED_TYPES.has(Object.keys(value)[0]!) && !validations.validateAttributeValue(value);
  });
  for (const [name] of taken) delete filter[name];
  return () => {
    for (const [name, condition] of taken) filter[name] = condition;
  };
}

/** @returns `undefined` for a request without any */
export function olderCondition(data: RequestData): Condition | undefined {
  const { Expected, QueryFilter, ScanFilter, ConditionalOperator } = data;
  const given = (Expected ?? QueryFilter ?? ScanFilter) as Record<string, OlderCondition> | undefined;
  const args = Object.entries(given ?? {}).map(([name, condition]) => conditionOf(name, condition));
  if (args.length === 0) return undefined;
  return { type: ConditionalOperator === "OR" ? "or" : "and", args };
}

function conditionOf(
  name: string,
  { ComparisonOperator, AttributeValueList, Value, Exists }: OlderCondition,
): Condition {
  const operator = ComparisonOperator ?? (Exists === false ? "NULL" : "EQ");
  const args: Operand[] = [[name], ...(AttributeValueList ?? (Value ? [Value] : []))];
  if (operator === "NOT_CONTAINS")
    return {
      type: "not",
      args: [conditionOf(name, { ComparisonOperator: "CONTAINS", AttributeValueList: args.slice(1) as Value[] })],
    };
  const comparison = COMPARISONS[operator];
  return comparison === undefined
    ? { type: "function", name: FUNCTIONS[operator]!, args, attrType: undefined }
    : { type: comparison, args };
}
