/**
 * What DynamoDB says of a number that it cannot store and of a set that has a member twice. Since 2026 there are two ways: most
 * operations have newer words, batches of writes, transactions and scans the older ones, which are dynalite's
 * (recorded in us-east-1 and eu-west-2 by paritysuite/dynamodb-conformance, October 2026).
 */
const OLDER = new Set(["BatchWriteItem", "Scan"]);
const NOT_A_NUMBER = "The parameter cannot be converted to a numeric value";
const INVALID = "One or more parameter values were invalid: ";
const DUPLICATES = /Input collection .*contains duplicates\.?$/;
const IN_EXPRESSION = /^ExpressionAttributeValues contains invalid value: (.+) for key :\w+$/s;

/**
 * @param alone not as part of a transaction
 * @param complaint in dynalite's words
 */
export function ofValue(complaint: string, operation: string, alone: boolean, request: object): string {
  if (!alone || OLDER.has(operation)) return complaint;
  const said = IN_EXPRESSION.exec(complaint)?.[1] ?? complaint;
  if (said === NOT_A_NUMBER) return `${NOT_A_NUMBER}: `;
  if (!DUPLICATES.test(said)) return said;
  const [type, members] = firstWithDuplicates(request) ?? [];
  if (members === undefined) return said;
  return `${INVALID}Input collection ${type === "NS" ? "" : printed(type!, members)}contains duplicates.`;
}

const SET_TYPES = ["SS", "NS", "BS"];

function firstWithDuplicates(value: unknown): [type: string, members: string[]] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    const isSet = SET_TYPES.includes(name) && Array.isArray(part) && part.every((one) => typeof one === "string");
    if (isSet && new Set(part).size < part.length) return [name, part];
    const found = firstWithDuplicates(part);
    if (found) return found;
  }
  return undefined;
}

/** The members up to the first that was there before in the order of their bytes, then that one, then the rest as sent. */
function printed(type: string, members: string[]): string {
  const bytes = (member: string) => Buffer.from(member, type === "BS" ? "base64" : "utf8");
  const seen = new Set<string>();
  const again = members.findIndex((member) => seen.size === seen.add(member).size);
  const ordered = members.slice(0, again).sort((one, other) => Buffer.compare(bytes(one), bytes(other)));
  const quoted = [...ordered, ...members.slice(again)].map((member) => `"${member}"`);
  return type === "BS" ? `[${quoted.join(",")}]of type BS ` : `[${quoted.join(", ")}] `;
}
