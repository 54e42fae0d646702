/**
 * What a request to read or write items may not have: values that are nested deeper than DynamoDB takes them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html; recorded by nubo-db/dynoxide#110).
 */
import { failure } from "./failure.ts";
import { useStandIns } from "./names.ts";

/** Lists and maps around a value. */
const DEEPEST_VALUE = 31;
/** Their members are named by the program, which may call one of them `L` or `M`. */
const MAPS_OF_VALUES = new Set(["M", "Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey"]);
/** DynamoDB takes a sign before any number, and dynalite only a minus. */
const SIGNED = /^\+[.\d]/;
const ZERO = /^[+-]?(?=\.?0)0*(?:\.(0*))?e([+-]?\d+)$/i;
/** Recorded in us-east-1 by ExtendDB/extenddb, 2026. */
const NULL_IN_SET = "One or more parameter values were invalid: An string set may not have a null string as a member";
/** Maps besides those of values, whose members are there or not, and never null. */
const OTHER_MAPS = new Set<string | number>([
  ...["RequestItems", "ExpressionAttributeNames", "AttributeUpdates"],
  ...["Expected", "KeyConditions", "QueryFilter", "ScanFilter"],
]);

/**
 * Names that JavaScript would take for something else get their stand-ins on the way, and numbers the form that dynalite reads,
 * in place.
 * @throws Failure ValidationException
 */
export function refuseUnreadable(request: object): void {
  // Not by recursion, which a request could be too deep for; and with as few objects as can be, for one of 16 MB.
  const left: object[] = [request];
  const depths = [0];
  const named = [false];
  const memberOf: (string | number)[] = [""];
  while (left.length > 0) {
    const part = left.pop()!;
    const depth = depths.pop()!;
    const ofProgram = named.pop()!;
    const as = memberOf.pop()!;
    const isList = Array.isArray(part);
    if (!isList) useStandIns(part);
    const isWhole = isList || ofProgram || OTHER_MAPS.has(as);
    for (const name of isList ? part.keys() : Object.keys(part)) {
      const member = (part as Record<string, unknown>)[name];
      if (member === null && as === "SS") throw failure("ValidationException", NULL_IN_SET);
      if (member === null && isWhole) {
        throw failure(
          "ValidationException",
          `1 validation error detected: Value null at '${as}.${name}' failed to satisfy constraint: Member must not be null`,
        );
      }
      if (typeof member === "string" && (name === "N" || as === "NS")) {
        (part as Record<string, unknown>)[name] = readableNumber(member);
      }
      if (typeof member !== "object" || member === null || isPlainText(member)) continue;
      const isValue = !isList && !ofProgram;
      const lists = depth + (isValue && (name === "L" || name === "M") ? 1 : 0);
      if (lists > DEEPEST_VALUE) {
        throw failure(
          "ValidationException",
          "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
        );
      }
      left.push(member);
      depths.push(lists);
      named.push(isValue && MAPS_OF_VALUES.has(name as string));
      memberOf.push(ofProgram ? "" : name);
    }
  }
}

/**
 * A zero has the limits of its last digit's exponent (recorded in eu-west-2 by paritysuite/dynamodb-conformance, 2026; that `0.0e126` is taken, by
 * scylladb/scylladb, test_number.py).
 */
function readableNumber(text: string): string {
  const [, part = "", exponent] = ZERO.exec(text) ?? [];
  if (exponent !== undefined) {
    const last = Number(exponent) - part.length;
    return last > 125 || last < -130 ? `1e${last}` : "0";
  }
  return SIGNED.test(text) ? text.slice(1) : text;
}

/** Of a value such as `{ S: "a" }`, of which a request may have a million, there is nothing to see. */
function isPlainText(member: object): boolean {
  let texts = 0;
  for (const type in member) {
    if (type !== "S" || typeof (member as { S: unknown }).S !== "string") return false;
    texts++;
  }
  return texts === 1;
}
