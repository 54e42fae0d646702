/**
 * The form of a request's members, by the types that dynalite's rules give them, and the complaints of DynamoDB's reader of JSON
 * (dynalite's tests hold them against AWS). In dynalite's place, which makes each object anew and takes seconds for a large batch.
 */
import type { RequestData } from "./emulator-contract.ts";

type Type = string | { type: string; children?: Type | Record<string, Type> };

const PACKAGE = "com.amazonaws.dynamodb.v20120810.";
const ATTRIBUTE_MAP = "Map<AttributeValue>";

/**
 * Drops what the types do not name, and gives objects no prototype; in place, but for the request itself.
 * @throws an error with `statusCode` and `body`: SerializationException
 */
export function typed(request: object, types: object): RequestData {
  const data: RequestData = Object.create(null);
  for (const [name, type] of Object.entries(types as Record<string, Type>)) {
    const value = (request as Record<string, unknown>)[name];
    if (value != null && Object.hasOwn(request, name)) data[name] = member(value, type);
  }
  return data;
}

function member(value: unknown, described: Type): unknown {
  if (value == null) return null;
  const whole = typeof described === "string" ? described : described.type;
  const [, type, subtype = ""] = /^(\w+)(?:<(.+)>)?$/.exec(whole)!;
  const children = typeof described === "string" ? undefined : described.children;
  switch (type) {
    case "Boolean":
      return booleanOf(value);
    case "String":
      return stringOf(value);
    case "Integer":
      return integerOf(value);
    case "List":
      if (typeof value !== "object") throw complaint("Unexpected field type");
      if (!Array.isArray(value)) throw complaint("Start of structure or map found where not expected");
      return inPlace(value, children as Type);
    case "Map":
      if (typeof value !== "object") throw complaint("Unexpected field type");
      if (Array.isArray(value)) {
        const name = subtype.includes(".") ? subtype : PACKAGE + subtype;
        throw complaint(`Unrecognized collection type java.util.Map<java.lang.String, ${name}>`);
      }
      return inPlace(value, children as Type);
    case "ParameterizedMap":
      if (typeof value !== "object") throw complaint(PARAMETERIZED);
      if (Array.isArray(value)) {
        throw complaint(`Unrecognized collection type java.util.Map<java.lang.String, ${PACKAGE}AttributeValue>`);
      }
      return inPlace(value, children as Type);
    case "ParameterizedList":
      if (typeof value !== "object") throw complaint(PARAMETERIZED);
      if (!Array.isArray(value)) throw complaint("Start of structure or map found where not expected");
      return inPlace(value, children as Type);
    case "AttrStruct":
      return attributeValue(structure(value, subtype, "AttributeValue"));
    default:
      return typed(structure(value, type!, subtype), children as Record<string, Type>);
  }
}

const PARAMETERIZED =
  "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class " +
  "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')";

/** @param kind `ValueStruct`, or `FieldStruct` for a member that has a name */
function structure(value: unknown, kind: string, name: string): object {
  if (typeof value !== "object" || value === null) {
    throw complaint(kind === "ValueStruct" ? "Unexpected value type in payload" : "Unexpected field type");
  }
  if (Array.isArray(value)) throw complaint(`Unrecognized collection type class ${PACKAGE}${name}`);
  return value;
}

/** The members of a list or a map. */
function inPlace(value: object, type: Type): object {
  const members = value as Record<string, unknown>;
  if (type === "AttrStruct<ValueStruct>") {
    for (const name of Object.keys(value)) {
      members[name] =
        members[name] == null ? null : attributeValue(structure(members[name], "ValueStruct", "AttributeValue"));
    }
  } else {
    for (const name of Object.keys(value)) members[name] = member(members[name], type);
  }
  return Array.isArray(value) ? value : Object.setPrototypeOf(value, null);
}

/** Keeps its prototype, which has none of the types: to take it away takes longer than all else that is done to a small value. */
function attributeValue(value: object): object {
  const members = value as Record<string, unknown>;
  for (const type in members) {
    const held = members[type];
    if (held == null || !VALUE_TYPES.has(type)) delete members[type];
    else if (type !== "S" || typeof held !== "string") members[type] = heldAs(type, held);
  }
  return value;
}

const VALUE_TYPES = new Set(["S", "B", "N", "BOOL", "NULL", "BS", "NS", "SS", "L", "M"]);

function heldAs(type: string, held: unknown): unknown {
  switch (type) {
    case "S":
    case "N":
      return stringOf(held);
    case "B":
      return blobOf(held);
    case "BOOL":
    case "NULL":
      return booleanOf(held);
    case "M":
      return member(held, { type: ATTRIBUTE_MAP, children: "AttrStruct<ValueStruct>" });
    default: {
      if (typeof held !== "object") throw complaint("Unexpected field type");
      if (!Array.isArray(held)) throw complaint("Start of structure or map found where not expected");
      if (type === "L") return inPlace(held, "AttrStruct<ValueStruct>");
      return held.map((one) => (one == null ? null : type === "BS" ? blobOf(one) : stringOf(one)));
    }
  }
}

function stringOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw complaint(typeof value === "object" ? misplaced(value, "lang.String") : notConvertible(value, "String"));
}

function booleanOf(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") throw complaint(notConvertible(value, "Boolean"));
  if (typeof value === "object") throw complaint(misplaced(value, "lang.Boolean"));
  const word = String(value).toUpperCase();
  if (["TRUE", "1", "YES"].includes(word)) return true;
  if (["FALSE", "0", "NO"].includes(word)) return false;
  throw complaint("Unexpected token received from parser");
}

function integerOf(value: unknown): number {
  if (typeof value === "number") return Math.floor(value);
  if (typeof value === "string") throw complaint("STRING_VALUE cannot be converted to Integer");
  throw complaint(typeof value === "object" ? misplaced(value, "lang.Integer") : notConvertible(value, "Integer"));
}

function blobOf(value: unknown): string {
  if (typeof value === "object") throw complaint(misplaced(value, "nio.ByteBuffer"));
  if (typeof value !== "string") throw complaint("only base-64-encoded strings are convertible to bytes");
  if (value.length % 4 > 0) {
    throw complaint(`Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`);
  }
  // The misspelling is the service's.
  if (Buffer.from(value, "base64").toString("base64") !== value) {
    throw complaint("Invalid last non-pad Base64 character dectected");
  }
  return value;
}

const misplaced = (value: unknown, type: string): string =>
  Array.isArray(value)
    ? `Unrecognized collection type class java.${type}`
    : "Start of structure or map found where not expected";

const notConvertible = (value: unknown, type: string): string => {
  const kind =
    typeof value === "boolean"
      ? `${String(value).toUpperCase()}_VALUE`
      : Number.isInteger(value)
        ? "NUMBER_VALUE"
        : "DECIMAL_VALUE";
  return `${kind} cannot be converted to ${type}`;
};

const complaint = (Message: string): Error =>
  Object.assign(new Error(Message), {
    statusCode: 400,
    body: { __type: "com.amazon.coral.service#SerializationException", Message },
  });
