/** Bodies of requests and of answers from elsewhere, no longer than whoever reads them has said: nobody sends a process out of memory. */

/**
 * @param longest in bytes, as they are once a content coding is taken off
 * @returns `undefined` when the body is longer; the rest of it is then not read
 */
export async function readBody(
  { body }: { body: ReadableStream<Uint8Array> | null },
  longest: number,
): Promise<Buffer<ArrayBuffer> | undefined> {
  if (!body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > longest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
