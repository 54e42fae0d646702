/** Operands as dynalite's operations and `../conditions.ts` take them. */
import type { Value } from "../item.ts";
import type { Path } from "./resolution.ts";

export interface FunctionOperand {
  type: "function";
  name: string;
  args: Operand[];
  /** Of its result, as far as it is known beforehand */
  attrType: string | undefined;
}

export type Operand = Path | Value | FunctionOperand;

const TYPES = ["S", "N", "B", "NULL", "BOOL", "SS", "NS", "BS", "L", "M"];

export const isPath = (operand: Operand | undefined): operand is Path => Array.isArray(operand);

export const isFunction = (operand: object): operand is FunctionOperand => "attrType" in operand && "name" in operand;

/** The type of a value that the request gives, such as `S`. */
export function literalType(operand: Operand | undefined): string | undefined {
  if (operand === undefined || isPath(operand) || "attrType" in operand) return undefined;
  return TYPES.find((type) => (operand as Value)[type] != null);
}

/** Of a function's result as well. */
export const typeOf = (operand: Operand | undefined): string | undefined =>
  operand !== undefined && !isPath(operand) && "attrType" in operand
    ? (operand as { attrType: string | undefined }).attrType
    : literalType(operand);

export const wrongType = (operator: string, type: string): string =>
  `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`;

export const wrongCount = (operator: string, count: number): string =>
  `Incorrect number of operands for operator or function; operator or function: ${operator}, number of operands: ${count}`;

export const needsPath = (operator: string): string =>
  `Operator or function requires a document path; operator or function: ${operator}`;
