/** Whether something is a JSON object, where a protocol wants one. */

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns the JSON object that the text, or bytes of it in UTF-8, have; `undefined` when they are anything else */
export function jsonObjectIn(text: string | Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
