/** Request bodies, no longer than any form or API call of ours needs. */

/** Cognito's own requests stay far below. */
const longestBody = 262_144;

/** @returns `undefined` when the body is longer than that; the rest of it is then not read */
export async function readText(request: Request): Promise<string | undefined> {
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > longestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
