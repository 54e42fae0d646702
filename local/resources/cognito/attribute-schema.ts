/**
 * The attributes that a pool adds to the standard ones or changes of them, and what CreateUserPool refuses of them
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SchemaAttributeType.html).
 */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { AttributeSchema } from "../../model.ts";
import { STANDARD_ATTRIBUTES } from "../../standard-attributes.ts";
import { flag, list, map, text } from "../resource-type.ts";

const TYPES = ["Boolean", "Number", "String", "DateTime"];
const LONGEST_NAME = 20;
const LONGEST_VALUE = 2048;

const STANDARD_TYPES = new Map(STANDARD_ATTRIBUTES.map(({ name, type }) => [name, type]));

/**
 * @param schemas the pool's `schemas` input
 * @throws ResourceProblem in CreateUserPool's words
 */
export function attributeSchemas(schemas: unknown): AttributeSchema[] {
  const attributes: AttributeSchema[] = [];
  for (const [index, schema] of list<Values>(schemas).entries()) {
    const attribute = attributeSchema(schema, index);
    if (attributes.some(({ name }) => name === attribute.name))
      throw refused(`${bareName(attribute.name)}: Existing attribute already has name ${attribute.name}.`);
    attributes.push(attribute);
  }
  return attributes;
}

function attributeSchema(schema: Values, index: number): AttributeSchema {
  const given = bareName(text(schema.name) ?? "");
  const standard = STANDARD_TYPES.get(given);
  const developerOnly = flag(schema.developerOnlyAttribute);
  const member = `schema.${index + 1}.member`;
  const type = text(schema.attributeDataType) ?? standard;
  if (type === undefined)
    throw refused("Invalid AttributeDataType input, consider using the provided AttributeDataType enum.");
  if (!TYPES.includes(type))
    throw refused(
      `1 validation error detected: Value '${type}' at '${member}.attributeDataType' failed to satisfy constraint: Member must satisfy enum value set: [${TYPES.join(", ")}]`,
    );
  if (given.length > LONGEST_NAME && standard === undefined)
    throw refused(
      `1 validation error detected: Value '${given}' at '${member}.name' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_NAME}`,
    );
  if (standard !== undefined && (type !== standard || developerOnly))
    throw refused(
      `You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute ${given}`,
    );
  if (standard === undefined && flag(schema.required))
    throw refused("Required custom attributes are not supported currently.");
  const name = standard !== undefined ? given : `${developerOnly ? "dev:" : ""}custom:${given}`;
  return {
    name,
    type: type as AttributeSchema["type"],
    mutable: flag(schema.mutable, true),
    required: flag(schema.required),
    developerOnly,
    ...limits(name, type, schema),
  };
}

function limits(name: string, type: string, schema: Values) {
  const given = {
    ...map<unknown>(schema.stringAttributeConstraints),
    ...map<unknown>(schema.numberAttributeConstraints),
  };
  const limit = (key: string): number | undefined => {
    const value = given[key];
    if (value === undefined || value === null || value === "") return undefined;
    if (!Number.isFinite(Number(value)))
      throw refused(`Invalid ${key.replace(/^./, (letter) => letter.toUpperCase())} for schema attribute ${name}`);
    return Number(value);
  };
  const [minLength, maxLength] = [limit("minLength"), limit("maxLength")];
  const [minValue, maxValue] = [limit("minValue"), limit("maxValue")];
  if (type === "String" && Math.max(minLength ?? 0, maxLength ?? 0) > LONGEST_VALUE)
    throw refused(`user.${name}: String attributes cannot have a length of more than ${LONGEST_VALUE}`);
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    throw refused(`user.${name}: Max length cannot be less than min length.`);
  if (minValue !== undefined && maxValue !== undefined && minValue > maxValue)
    throw refused(`user.${name}: Max value cannot be less than min value.`);
  return { minLength, maxLength, minValue, maxValue };
}

const bareName = (name: string): string => name.replace(/^(?:dev:)?custom:/, "");

const refused = (message: string) => new ResourceProblem(`InvalidParameterException: ${message}`);
