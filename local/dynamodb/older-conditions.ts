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

/** Puts what dynalite takes in the place of what it would wrongly refuse of a request's filters. @returns what puts that back */
export function withoutEqualities({ QueryFilter, ScanFilter }: RequestData): () => void {
  const filter = (QueryFilter ?? ScanFilter ?? {}) as Record<string, OlderCondition>;
  const taken = Object.entries(filter).filter(([, { ComparisonOperator, AttributeValueList = [] }]) => {
    if (ComparisonOperator !== "EQ" && ComparisonOperator !== "NE") return false;
    const [value, ...more] = AttributeValueList;
    const isOne = value && more.length === 0 && Object.keys(value).length === 1;
    return isOne && REFUSED_TYPES.has(Object.keys(value)[0]!) && !validations.validateAttributeValue(value);
  });
  for (const [name] of taken) filter[name] = { ComparisonOperator: "NULL" };
  return () => {
    for (const [name, condition] of taken) filter[name] = condition;
  };
}

const SCALARS = ["S", "N", "B"];
const TAKEN_TYPES: Record<string, string[]> = {
  ...{ LT: SCALARS, LE: SCALARS, GT: SCALARS, GE: SCALARS, IN: SCALARS, BETWEEN: SCALARS },
  ...{ CONTAINS: SCALARS, NOT_CONTAINS: SCALARS, BEGINS_WITH: ["S", "B"] },
};

/**
 * What DynamoDB has against older conditions and dynalite takes, or cannot print
 * (recorded by ExtendDB/extenddb and Scylla's Alternator, whose tests run against AWS, in 2026).
 */
export function olderComplaint(data: RequestData): string | undefined {
  const { Expected, QueryFilter, ScanFilter, ConditionalOperator } = data;
  // What is mixed with expressions is refused for that.
  if (Object.keys(data).some((name) => name.endsWith("Expression") && data[name] != null)) return undefined;
  const conditions = Object.values((Expected ?? QueryFilter ?? ScanFilter ?? {}) as Record<string, OlderCondition>);
  if (ConditionalOperator != null && conditions.length < 2) {
    return conditions.length === 0
      ? "ConditionalOperator cannot be used without Filter or Expected"
      : "ConditionalOperator can only be used when Filter or Expected has two or more elements";
  }
  for (const { ComparisonOperator = "", AttributeValueList } of conditions) {
    const taken = TAKEN_TYPES[ComparisonOperator];
    const types = (AttributeValueList ?? []).flatMap((value) => Object.keys(value));
    const [type] = types;
    if (!taken || type === undefined || taken.includes(type) || types.some((other) => other !== type)) continue;
    return `One or more parameter values were invalid: ComparisonOperator ${ComparisonOperator} is not valid for ${type} AttributeValue type`;
  }
  return undefined;
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
  if (operator === "NOT_CONTAINS") {
    const contains = conditionOf(name, {
      ComparisonOperator: "CONTAINS",
      AttributeValueList: args.slice(1) as Value[],
    });
    // Not of what is not there, other than NE.
    return {
      type: "and",
      args: [conditionOf(name, { ComparisonOperator: "NOT_NULL" }), { type: "not", args: [contains] }],
    };
  }
  const comparison = COMPARISONS[operator];
  return comparison === undefined
    ? { type: "function", name: FUNCTIONS[operator]!, args, attrType: undefined }
    : { type: comparison, args };
}
