/**
 * A token's claims as API Gateway hands them on: every value a string, in the token's order
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html, `$context.authorizer.claims`).
 */

/** Dates that API Gateway prints as Java does; `auth_time` stays a number. */
const DATES = new Set(["exp", "iat"]);

export function claimStrings(claims: Record<string, unknown>): Record<string, string> {
  // Not put in one by one: V8 keeps an object that was made so in a form that takes twice as long to print as JSON.
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      DATES.has(name) && typeof value === "number" ? javaDate(value) : claimString(value),
    ]),
  );
}

function claimString(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(claimString).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * `java.util.Date.toString()` in UTC: `Mon Jun 15 05:56:21 UTC 2026`.
 * @param seconds since the epoch
 */
export function javaDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
