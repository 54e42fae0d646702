/** Signs requests as the AWS SDK does, with its own library. */
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

export interface RequestToSign {
  method?: string;
  /** As it stands on the request line, without the query */
  path: string;
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Signing {
  accessKeyId: string;
  secretAccessKey: string;
  /** `127.0.0.1:<port>` */
  host: string;
  region?: string;
  service?: string;
  signingDate?: Date;
  sessionToken?: string;
}

type Bytes = string | ArrayBuffer | ArrayBufferView;
const bytes = (data: Bytes) =>
  typeof data === "string"
    ? data
    : ArrayBuffer.isView(data)
      ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      : Buffer.from(data);

class Sha256 {
  readonly #hash;
  constructor(secret?: Bytes) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }
  update(data: Bytes): void {
    this.#hash.update(bytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function signer({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  region = "us-east-1",
  service = "execute-api",
}: Signing) {
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  return new SignatureV4({ credentials, region, service, sha256: Sha256 });
}

const httpRequest = ({ method = "GET", path, query = {}, headers = {}, body }: RequestToSign, host: string) => ({
  ...{ method, path, query, body },
  protocol: "http:",
  hostname: host,
  headers: { ...headers, host },
});

/** @returns the header fields to send */
export async function signedHeaders(request: RequestToSign, signing: Signing): Promise<Record<string, string>> {
  const { signingDate = new Date() } = signing;
  const signed = await signer(signing).sign(httpRequest(request, signing.host), { signingDate });
  return signed.headers;
}

/** @returns the query to send, for a URL that holds for a minute */
export async function presignedQuery(request: RequestToSign, signing: Signing): Promise<string> {
  const { signingDate = new Date() } = signing;
  const signed = await signer(signing).presign(httpRequest(request, signing.host), { signingDate, expiresIn: 60 });
  return Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join("&");
}
