/**
 * Why a request's AWS signature is refused, in the words that API Gateway has for it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html).
 */
import { createHash } from "node:crypto";

export interface SignatureComplaint {
  /** What the client is told */
  message: string;
  /** `x-amzn-ErrorType` */
  errorType: string;
}

export class SignatureRefusal extends Error {
  /** `undefined`: the request is not signed at all */
  readonly complaint: SignatureComplaint | undefined;

  /** @param reason for a person, in the request log */
  constructor(reason: string, complaint: SignatureComplaint | undefined) {
    super(reason);
    this.name = "SignatureRefusal";
    this.complaint = complaint;
  }
}

/** For a request that is not signed at all. */
export const NOT_SIGNED: SignatureComplaint = {
  message: "Missing Authentication Token",
  errorType: "MissingAuthenticationTokenException",
};

export const MISMATCH: SignatureComplaint = {
  message:
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
    "Key and signing method. Consult the service documentation for details.",
  errorType: "InvalidSignatureException",
};

/**
 * What an `Authorization` field lacks to be a Signature Version 4.
 * @param date the `X-Amz-Date` or `Date` field
 */
export function incompleteSignature(authorization: string, date: string | undefined): SignatureComplaint | undefined {
  const digest = createHash("sha256").update(authorization).digest("base64");
  const parts = signatureParts(authorization);
  if (parts.some((part) => !part.includes("="))) {
    const message =
      "Invalid key=value pair (missing equal-sign) in Authorization header " +
      `(hashed with SHA-256 and encoded with Base64): '${digest}'.`;
    return { message, errorType: "IncompleteSignatureException" };
  }
  const named = new Set(parts.map((part) => part.slice(0, part.indexOf("="))));
  const missing = ["Credential", "Signature", "SignedHeaders"]
    .filter((name) => !named.has(name))
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (missing.length === 0) return undefined;
  const message = `${missing.join(" ")} (Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`;
  return { message, errorType: "IncompleteSignatureException" };
}

/** `name=value` after the algorithm. */
export function signatureParts(authorization: string): string[] {
  const space = authorization.indexOf(" ");
  return (space < 0 ? authorization : authorization.slice(space + 1)).split(",").map((part) => part.trim());
}
