/** Why inputs that many of the service's types have make no difference here, each said once. */
import { type NotServed, notServed, type WithoutEffect, withoutEffect } from "../contract.ts";

export const forTheBill: WithoutEffect = withoutEffect("tags are for the bill and for policies about the API itself");
export const forReaders: WithoutEffect = withoutEffect("it is for those who read the console");
export const notCached: NotServed = notServed("answers are not cached");
export const partOfTheCache: WithoutEffect = withoutEffect(
  "it shapes a cache, and that there is none is named already",
);
