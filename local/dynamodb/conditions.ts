/**
 * Whether an item meets a condition or filter expression
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html). dynalite's own comparison
 * finds no two lists or maps equal, and takes what is false or empty for absent.
 */
import db from "dynalite/db/index.js";
import type { Comparison, Condition } from "./expressions/condition.ts";
import { type FunctionOperand, isFunction, isPath, type Operand } from "./expressions/operand.ts";
import { type Item, setOf, type Value } from "./item.ts";
import { compareNumbers } from "./numbers.ts";
import { includes } from "./substring.ts";

export function meets(item: Item, condition: Condition): boolean {
  switch (condition.type) {
    case "and":
      return (condition.args as Condition[]).every((each) => meets(item, each));
    case "or":
      return (condition.args as Condition[]).some((each) => meets(item, each));
    case "not":
      return !meets(item, condition.args[0] as Condition);
    default:
      return holds(condition as Comparison | FunctionOperand, item);
  }
}

function holds(condition: Comparison | FunctionOperand, item: Item): boolean {
  const [value, ...others] = condition.args.map((operand) => resolved(operand, item));
  const [other] = others;
  switch (isFunction(condition) ? condition.name : condition.type) {
    case "attribute_exists":
      return value !== undefined;
    case "attribute_not_exists":
      return value === undefined;
    case "attribute_type":
      return value !== undefined && typeOf(value) === other?.S;
    case "begins_with":
      return beginsWith(value, other);
    case "contains":
      return contains(value, other);
    case "in":
      return [...new Set(others)].some((each) => equal(value, each));
    case "=":
      return equal(value, other);
    case "<>":
      return !equal(value, other);
    case "between":
      return order(value, other, (signs) => signs >= 0) && order(value, others[1], (signs) => signs <= 0);
    case "<":
      return order(value, other, (sign) => sign < 0);
    case "<=":
      return order(value, other, (sign) => sign <= 0);
    case ">":
      return order(value, other, (sign) => sign > 0);
    case ">=":
      return order(value, other, (sign) => sign >= 0);
    default:
      throw new Error(`A condition has an operation that is not known: ${JSON.stringify(condition)}`);
  }
}

const typeOf = (value: Value): string => Object.keys(value)[0]!;
const heldBy = (value: Value): unknown => Object.values(value)[0];

function resolved(operand: Operand, item: Item): Value | undefined {
  if (isPath(operand)) return db.mapPath(operand, item) ?? undefined;
  if (!isFunction(operand)) return operand;
  const value = resolved(operand.args[0]!, item);
  return value && sizeOf(value);
}

function sizeOf(value: Value): Value | undefined {
  const held = heldBy(value);
  switch (typeOf(value)) {
    case "S":
      return { N: String((held as string).length) };
    case "B":
      return { N: String(bytes(held).length) };
    case "M":
      return { N: String(Object.keys(held as object).length) };
    default:
      return Array.isArray(held) ? { N: String(held.length) } : undefined;
  }
}

const bytes = (held: unknown): Buffer => Buffer.from(String(held), "base64");

function equal(one: Value | undefined, other: Value | undefined): boolean {
  if (!one || !other || typeOf(one) !== typeOf(other)) return false;
  const [a, b] = [heldBy(one), heldBy(other)];
  switch (typeOf(one)) {
    case "SS":
    case "NS":
    case "BS": {
      const [these, those] = [a as string[], setOf(b as string[])];
      return these.length === those.size && these.every((each) => those.has(each));
    }
    case "L": {
      const [these, those] = [a as Value[], b as Value[]];
      return these.length === those.length && these.every((each, index) => equal(each, those[index]));
    }
    case "M": {
      const [these, those] = [a as Item, b as Item];
      const names = Object.keys(these);
      return names.length === Object.keys(those).length && names.every((name) => equal(these[name], those[name]));
    }
    default:
      return a === b;
  }
}

/** Texts by their bytes, numbers by their value; values of two types have no order. */
function order(one: Value | undefined, other: Value | undefined, wanted: (sign: number) => boolean): boolean {
  if (!one || !other || typeOf(one) !== typeOf(other)) return false;
  const type = typeOf(one);
  if (type === "N") return wanted(compareNumbers(String(heldBy(one)), String(heldBy(other))));
  if (type !== "S" && type !== "B") return false;
  const [a, b] = [one, other].map((value) =>
    type === "S" ? Buffer.from(String(heldBy(value))) : bytes(heldBy(value)),
  );
  return wanted(Buffer.compare(a!, b!));
}

function beginsWith(value: Value | undefined, start: Value | undefined): boolean {
  if (!value || !start || typeOf(value) !== typeOf(start)) return false;
  if (typeOf(value) === "B") {
    const [whole, part] = [bytes(heldBy(value)), bytes(heldBy(start))];
    return whole.subarray(0, part.length).equals(part);
  }
  return typeOf(value) === "S" && String(heldBy(value)).startsWith(String(heldBy(start)));
}

function contains(value: Value | undefined, part: Value | undefined): boolean {
  if (!value || !part) return false;
  const held = heldBy(value);
  const type = typeOf(value);
  if (type === "L") return (held as Value[]).some((each) => equal(each, part));
  if (type === `${typeOf(part)}S`) return setOf(held as string[]).has(heldBy(part) as string);
  if (type !== typeOf(part)) return false;
  if (type === "B") return includes(bytes(held).toString("latin1"), bytes(heldBy(part)).toString("latin1"));
  return type === "S" && includes(String(held), String(heldBy(part)));
}
