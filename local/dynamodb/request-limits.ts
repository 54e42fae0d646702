/**
 * What a request to read or write items may not have: values that are nested deeper than DynamoDB takes them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html; recorded by nubo-db/dynoxide#110), and
 * what dynalite cannot read.
 */
import { failure } from "./failure.ts";

/** Lists and maps around a value. */
const DEEPEST_VALUE = 31;
/** Their members are named by the program, which may call one of them `L` or `M`. */
const MAPS_OF_VALUES = new Set(["M", "Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey"]);
/** dynalite makes objects of attributes, in which this one would get lost. */
const LOST_NAME = "__proto__";

/** @throws Failure ValidationException */
export function refuseUnreadable(request: object): void {
  const left: { value: object; lists: number; named: boolean }[] = [{ value: request, lists: 0, named: false }];
  for (let next = left.pop(); next; next = left.pop()) {
    for (const [name, value] of Object.entries(next.value)) {
      if (name === LOST_NAME || value === LOST_NAME) {
        throw failure("ValidationException", `The local cloud keeps no attribute of the name ${LOST_NAME}.`);
      }
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
