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
  const left: { value: object; lists: number; named: boolean }[] = [{ value: request, lists: 0, named: false }];
  for (let next = left.pop(); next; next = left.pop()) {
    if (!Array.isArray(next.value)) useStandIns(next.value);
    for (const [name, value] of Object.entries(next.value)) {
      if (typeof value !== "object" || value === null) continue;
      const lists = next.lists + (!next.named && (name === "L" || name === "M") ? 1 : 0);
      if (lists > DEEPEST_VALUE) {
        throw failure(
          "ValidationException",
          "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
        );
      }
      left.push({ value, lists, named: !next.named && MAPS_OF_VALUES.has(name) });
    }
  }
}
