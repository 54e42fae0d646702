/**
 * Tables that a request names by their ARN, which DynamoDB takes wherever it takes a name, and says again in its answer (recorded by
 * ExtendDB/extenddb, test_table_arn_as_name.py, and getmoto/moto, test_dynamodb_batch_write.py, whose tests run against AWS too, in 2026).
 */
import { isDeepStrictEqual } from "node:util";
import { isJsonObject } from "../json-object.ts";
import type { Answer } from "./emulator-contract.ts";
import { failure } from "./failure.ts";

type Part = Record<string, unknown>;

const TABLE_ARN = /^arn:[\w-]+:dynamodb:([\w-]*):\d*:table\/([^/]+)$/;

export interface NamedRequest {
  request: Part;
  /** Says of each table again what the request called it. */
  answered(answer: Answer): Answer;
}

/** @throws Failure for a table of another region, which this endpoint does not reach */
export function withTableNames(request: Part, region: string): NamedRequest {
  const arns = new Map<string, string>();
  const nameIn = (called: unknown): unknown => {
    const [arn, itsRegion, name] = (typeof called === "string" && TABLE_ARN.exec(called)) || [];
    if (arn === undefined || name === undefined) return called;
    if (itsRegion !== region) throw failure("ResourceNotFoundException", "Requested resource not found");
    arns.set(name, arn);
    return name;
  };
  const named = (part: unknown): unknown =>
    isJsonObject(part) && typeof part.TableName === "string" ? { ...part, TableName: nameIn(part.TableName) } : part;
  const { TransactItems, RequestItems } = request;
  const whole = {
    ...(named(request) as Part),
    ...(Array.isArray(TransactItems) && {
      TransactItems: TransactItems.map((item) => (isJsonObject(item) ? mapped(item, (name) => name, named) : item)),
    }),
    ...(isJsonObject(RequestItems) && {
      RequestItems: mapped(
        RequestItems,
        (name) => String(nameIn(name)),
        (part) => part,
      ),
    }),
  };
  return { request: whole, answered: (answer) => (arns.size === 0 ? answer : withArns(answer, arns)) };
}

/** What is asked of one table by its name and by its ARN is asked once. */
function mapped(part: Part, rename: (name: string) => string, change: (value: unknown) => unknown): Part {
  const result: Part = {};
  for (const [name, value] of Object.entries(part)) {
    const renamed = rename(name);
    const before = Object.hasOwn(result, renamed) ? result[renamed] : undefined;
    const now = before === undefined ? change(value) : together(before, value);
    Object.defineProperty(result, renamed, { value: now, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

function together(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) {
    return [...one, ...other.filter((each) => !one.some((known) => isDeepStrictEqual(known, each)))];
  }
  return isJsonObject(one) && isJsonObject(other) ? { ...one, ...other, Keys: together(one.Keys, other.Keys) } : other;
}

function withArns(answer: Answer, arns: Map<string, string>): Answer {
  const called = (name: string): string => arns.get(name) ?? name;
  const renamed = (part: unknown): unknown =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).map(([name, value]) => [called(name), value])) : part;
  const { ConsumedCapacity: capacity, ...rest } = answer;
  const of = (one: unknown) => (isJsonObject(one) ? { ...one, TableName: called(String(one.TableName)) } : one);
  const byTable = ["Responses", "UnprocessedKeys", "UnprocessedItems"].filter((name) => isJsonObject(rest[name]));
  return {
    ...rest,
    ...Object.fromEntries(byTable.map((name) => [name, renamed(rest[name])])),
    ...(capacity !== undefined && { ConsumedCapacity: Array.isArray(capacity) ? capacity.map(of) : of(capacity) }),
  };
}
