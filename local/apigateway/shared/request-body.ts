/** The body of a request, read whole and up to a limit. */
import type { IncomingMessage } from "node:http";

export const BODY_LIMIT_BYTES = 10_485_760;

/** What the edge in front of API Gateway refuses before any API sees it: plain text, and not customisable. */
export class EdgeRefusal extends Error {
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string, reason: string) {
    super(reason);
    this.name = "EdgeRefusal";
    this.status = status;
    this.text = text;
  }
}

/**
 * Whether a body follows the header fields.
 * @throws EdgeRefusal 413 when it is announced as too large
 */
export function announcesBody(incoming: IncomingMessage): boolean {
  const { headers } = incoming;
  const length = headers["content-length"];
  if (length !== undefined && Number(length) > BODY_LIMIT_BYTES) throw bodyTooLarge();
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/**
 * @returns `undefined` for an empty body
 * @throws EdgeRefusal 413 past 10 MB
 */
export function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(bodyTooLarge());
    });
    incoming.once("end", () => resolve(size === 0 ? undefined : Buffer.concat(chunks)));
    const gone = () => reject(new EdgeRefusal(400, "", "The client went away before its body was complete."));
    incoming.once("error", gone);
    incoming.once("close", gone);
  });
}

function bodyTooLarge(): EdgeRefusal {
  return new EdgeRefusal(
    413,
    `HTTP content length exceeded ${BODY_LIMIT_BYTES} bytes.`,
    `The body is larger than the ${BODY_LIMIT_BYTES} bytes that API Gateway takes.`,
  );
}
