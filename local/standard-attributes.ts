/** The attributes that every user pool has whatever its program declares, in the order and with the limits that DescribeUserPool answers. */
import type { AttributeSchema } from "./model.ts";

const text = (name: string, minLength = 0, maxLength = 2048): AttributeSchema => ({
  name,
  type: "String",
  mutable: true,
  required: false,
  minLength,
  maxLength,
  minValue: undefined,
  maxValue: undefined,
});

const flag = (name: string): AttributeSchema => ({
  ...text(name),
  type: "Boolean",
  minLength: undefined,
  maxLength: undefined,
});

export const STANDARD_ATTRIBUTES: readonly AttributeSchema[] = [
  { ...text("sub", 1), mutable: false, required: true },
  ...["name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"].map((name) => text(name)),
  ...["profile", "picture", "website", "email"].map((name) => text(name)),
  flag("email_verified"),
  text("gender"),
  text("birthdate", 10, 10),
  ...["zoneinfo", "locale", "phone_number"].map((name) => text(name)),
  flag("phone_number_verified"),
  text("address"),
  { ...flag("updated_at"), type: "Number", minValue: 0 },
];
