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
/**
 * Names that JavaScript would take for something else get their stand-ins on the way, in place.
 * @throws Failure ValidationException
 */
export function refuseUnreadable(request: object): void {
  // Not by recursion, which a request could be too deep for; and with as few objects as can be, for one of 16 MB.
  const left: object[] = [request];
  const depths = [0];
  const named = [false];
  while (left.length > 0) {
    const part = left.pop()!;
    const depth = depths.pop()!;
    const ofProgram = named.pop()!;
    const isList = Array.isArray(part);
    if (!isList) useStandIns(part);
    for (const name of isList ? part.keys() : Object.keys(part)) {
      const member = (part as Record<string, unknown>)[name];
      if (typeof member !== "object" || member === null) continue;
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
    }
  }
}
