/** The header fields of an answer that are passed on as the function, or the endpoint, gave them. */
import { isConnectionBound } from "../../shared/header-fields.ts";

/** Kept under another name: the gateway sends its own. */
const REMAPPED = new Set(["connection", "content-length", "date", "server", "x-amzn-requestid", "x-amz-apigw-id"]);

export class PassedFields {
  /** Names and values in turn. */
  readonly headers: string[] = [];
  contentType: string | undefined;

  add(name: string, value: string): void {
    const lower = name.toLowerCase();
    if (lower === "content-type") this.contentType = value;
    else if (REMAPPED.has(lower)) this.headers.push(`x-amzn-Remapped-${name}`, value);
    else if (!isConnectionBound(lower)) this.headers.push(name, value);
  }
}
