/** Request bodies, no longer than any form or API call of ours needs. */
import { readBody } from "../http/read-body.ts";

/** Cognito's own requests stay far below. */
const LONGEST_BYTES = 262_144;

/** @returns `undefined` when the body is longer than that; the rest of it is then not read */
export async function readText(request: Request): Promise<string | undefined> {
  return (await readBody(request, LONGEST_BYTES))?.toString();
}
