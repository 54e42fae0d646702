/** Pages of a list: how many items, and the token that says where the next page begins. */
import { invalidParameter } from "../errors.ts";
import { type Input, limit, optionalString } from "./input.ts";

export const writeToken = (position: string): string => Buffer.from(`1:${position}`).toString("base64url");

/**
 * @returns the position in a token that `writeToken` made; empty without a token
 * @throws CognitoError InvalidParameterException for any other text
 */
export function readToken(input: Input, name: string): string {
  const token = optionalString(input, name);
  if (token === undefined) return "";
  const position = Buffer.from(token, "base64url").toString();
  if (!position.startsWith("1:") || (name === "PaginationToken" && !/^1:\d{1,15}$/.test(position)))
    throw invalidParameter("Invalid pagination token given.");
  return position.slice(2);
}

/** One page of a list that is at hand as a whole and does not change from page to page. */
export function pageOf<T>(
  all: T[],
  input: Input,
  size = limit(input, "Limit", 60),
): { items: T[]; NextToken: string | undefined } {
  const start = Number(readToken(input, "NextToken") || 0);
  if (!Number.isInteger(start) || start < 0) throw invalidParameter("Invalid pagination token given.");
  const end = start + size;
  return { items: all.slice(start, end), NextToken: end < all.length ? writeToken(String(end)) : undefined };
}
