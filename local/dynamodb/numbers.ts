/**
 * Numbers as DynamoDB's JSON has them: decimal texts of at most 38 digits in one form, without an exponent and without needless zeros
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number).
 */

/** Below, above or at zero, as the first is below, above or equal to the other. */
export function compareNumbers(one: string, other: string): number {
  const [a, b] = [one.startsWith("-"), other.startsWith("-")];
  if (a || b) return a && b ? compareNumbers(other.slice(1), one.slice(1)) : a ? -1 : 1;
  const [[whole = "", part = ""], [otherWhole = "", otherPart = ""]] = [one.split("."), other.split(".")];
  if (whole.length !== otherWhole.length) return whole.length - otherWhole.length;
  const [x, y] = whole === otherWhole ? [part, otherPart] : [whole, otherWhole];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Exactly. */
export function sum(one: string, other: string): string {
  const places = Math.max(...[one, other].map((number) => number.split(".")[1]?.length ?? 0));
  const scaled = (number: string): bigint => {
    const [whole, part = ""] = number.split(".");
    return BigInt(`${whole}${part.padEnd(places, "0")}`);
  };
  const total = scaled(one) + scaled(other);
  const digits = String(total < 0n ? -total : total).padStart(places + 1, "0");
  const [whole, part] = [digits.slice(0, digits.length - places), digits.slice(digits.length - places)];
  const shown = `${total < 0n ? "-" : ""}${whole}.${part}`;
  return shown.replace(/\.?0*$/, "");
}

const MOST_DIGITS = 38;
const HIGHEST_EXPONENT = 125;

/** Whether DynamoDB can keep a number: its magnitude and how many of its digits count. */
export function fits(number: string): boolean {
  const [whole = "", part = ""] = number.replace("-", "").split(".");
  const digits = `${whole}${part}`.replace(/^0+|0+$/g, "");
  return whole.length - 1 <= HIGHEST_EXPONENT && digits.length <= MOST_DIGITS;
}

export const negated = (number: string): string => (number.startsWith("-") ? number.slice(1) : `-${number}`);
