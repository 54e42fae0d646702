/**
 * GetObject and HeadObject of S3, for what the program uploads: nothing else of the service
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { BucketModel, BucketObjectModel, RoleModel } from "../model.ts";
import { roleMay } from "../permissions/role-rights.ts";
import type { GetObject, ObjectReply, ObjectRequest, Platform } from "../platform.ts";

/** API Gateway's payload quota: a larger object is not read. */
const LIMIT_BYTES = 10 * 1024 * 1024;

interface KeptObject {
  bytes: Buffer;
  /** Header fields by their lower-case names. */
  fields: Record<string, string>;
}

/**
 * Takes the objects up as they are now, so that what was uploaded is what is got until the program is evaluated again.
 * @returns what answers requests for them
 */
export function uploadedObjects(
  buckets: readonly BucketModel[],
  roles: readonly RoleModel[],
  platform: Platform,
): GetObject {
  const now = platform.now();
  const kept = new Map(
    buckets.map((bucket) => [
      bucket.name,
      { bucket, objects: new Map(bucket.objects.map((object) => [object.key, keptObject(object, now)])) },
    ]),
  );
  return (request) => {
    const { bucket, objects } = kept.get(request.bucket) ?? {};
    if (!bucket) return { notServed: `the program neither makes the bucket ${request.bucket} nor uploads to it` };
    if (bucket.denies) {
      return {
        notServed: `a policy of the bucket ${bucket.name} denies, and policies of buckets are not evaluated here`,
      };
    }
    const { statements } = roles.find(({ arn }) => arn === request.role) ?? {};
    // The bucket's own policy may add to what the role's say.
    const mayNot = (action: string, resource: string) =>
      statements !== undefined && !bucket.allows && roleMay(statements, action, resource) === false;
    const arn = `arn:aws:s3:::${bucket.name}`;
    if (mayNot("s3:GetObject", `${arn}/${request.key}`)) {
      return accessDenied(
        request,
        platform,
        `No policy of the integration's role ${request.role} lets it s3:GetObject ${arn}/${request.key}`,
      );
    }
    const object = objects?.get(request.key);
    if (object === undefined) {
      const missing = `The program uploads no object ${request.key} to the bucket ${bucket.name}`;
      if (bucket.declared && mayNot("s3:ListBucket", arn)) {
        return accessDenied(
          request,
          platform,
          `${missing}, and no policy of the integration's role ${request.role} lets it s3:ListBucket ${arn}, so that S3 does not say so`,
        );
      }
      return bucket.declared
        ? noSuchKey(request, platform, missing)
        : {
            notServed: `the program does not upload ${request.key}, and did not make the bucket ${bucket.name}, where it may lie`,
          };
    }
    return "unknown" in object ? { notServed: object.unknown } : found(request, object, platform);
  };
}

function keptObject({ content, fields, key }: BucketObjectModel, now: number): KeptObject | { unknown: string } {
  if ("unknown" in content) return content;
  let bytes: Buffer;
  let modified = now;
  if ("file" in content) {
    try {
      const { size, mtimeMs } = statSync(content.file);
      if (size > LIMIT_BYTES)
        return { unknown: `the object ${key} is larger than 10 MB, which API Gateway does not pass on` };
      bytes = readFileSync(content.file);
      modified = mtimeMs;
    } catch (error) {
      return { unknown: `the object's file cannot be read: ${(error as Error).message}` };
    }
  } else bytes = content;
  return {
    bytes,
    fields: {
      "last-modified": new Date(modified).toUTCString(),
      etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
      "accept-ranges": "bytes",
      "content-length": String(bytes.length),
      server: "AmazonS3",
      ...fields,
    },
  };
}

/** Fields that a request may set in the answer, by the name of its query parameter. */
const OVERRIDES: Record<string, string> = {
  "response-cache-control": "cache-control",
  "response-content-disposition": "content-disposition",
  "response-content-encoding": "content-encoding",
  "response-content-language": "content-language",
  "response-content-type": "content-type",
  "response-expires": "expires",
};

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
 * @returns the field whose condition does not hold, `undefined` when all do
 */
function unmetCondition({ header }: ObjectRequest, fields: Record<string, string>): string | undefined {
  const has = (list: string) => list.split(",").some((etag) => ["*", fields.etag].includes(etag.trim()));
  const modifiedAfter = (date: string) => Date.parse(fields["last-modified"]!) > Date.parse(date);
  const [match, noneMatch] = [header("if-match"), header("if-none-match")];
  const [since, unmodifiedSince] = [header("if-modified-since"), header("if-unmodified-since")];
  if (match !== undefined && !has(match)) return "If-Match";
  if (match === undefined && unmodifiedSince !== undefined && modifiedAfter(unmodifiedSince))
    return "If-Unmodified-Since";
  if (noneMatch !== undefined) return has(noneMatch) ? "If-None-Match" : undefined;
  // A date that cannot be read asks for nothing.
  return since !== undefined && Date.parse(since) >= Date.parse(fields["last-modified"]!)
    ? "If-Modified-Since"
    : undefined;
}

function found(request: ObjectRequest, { bytes, fields }: KeptObject, platform: Platform): ReturnType<GetObject> {
  const overridden: Record<string, string> = {};
  for (const [name, value] of request.query) {
    if (!Object.hasOwn(OVERRIDES, name)) return { notServed: `the query parameter ${name} of GetObject is not served` };
    overridden[OVERRIDES[name]!] = value;
  }
  if (request.header("range") !== undefined) return { notServed: "the header field Range of GetObject is not served" };
  const condition = unmetCondition(request, fields);
  if (condition === "If-None-Match" || condition === "If-Modified-Since") {
    const { etag = "", "last-modified": modified = "" } = fields;
    const kept = { ...ids(platform), etag, "last-modified": modified, server: "AmazonS3" };
    return { status: 304, fields: kept, body: Buffer.alloc(0), reason: undefined };
  }
  if (condition !== undefined) {
    const Message = "At least one of the pre-conditions you specified did not hold";
    const error = { Code: "PreconditionFailed", Message, Condition: condition };
    return failure(request, platform, 412, error, `${condition} does not hold for ${request.key}`);
  }
  const body = request.method === "HEAD" ? Buffer.alloc(0) : bytes;
  return { status: 200, fields: { ...ids(platform), ...fields, ...overridden }, body, reason: undefined };
}

/** For a role that may list the bucket (recorded on AWS, test_apigateway_s3_any, 2025-01). */
function noSuchKey(request: ObjectRequest, platform: Platform, why: string): ObjectReply {
  const elements = { Code: "NoSuchKey", Message: "The specified key does not exist.", Key: request.key };
  return failure(request, platform, 404, elements, why);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, permissions; the message is not recorded. */
const accessDenied = (request: ObjectRequest, platform: Platform, why: string): ObjectReply =>
  failure(request, platform, 403, { Code: "AccessDenied", Message: "Access Denied" }, why);

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function failure(
  { method }: ObjectRequest,
  platform: Platform,
  status: number,
  error: Record<string, string>,
  why: string,
): ObjectReply {
  const fields = ids(platform);
  const elements = { ...error, RequestId: fields["x-amz-request-id"], HostId: fields["x-amz-id-2"] };
  const xml = Object.entries(elements).map(([name, value]) => `<${name}>${escaped(value)}</${name}>`);
  const body = method === "HEAD" ? "" : `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xml.join("")}</Error>`;
  return {
    status,
    fields: { ...fields, "content-type": "application/xml", server: "AmazonS3" },
    body: Buffer.from(body),
    reason: `${why}.`,
  };
}

function ids({ now, randomBytes }: Platform) {
  return {
    "x-amz-id-2": randomBytes(56).toString("base64"),
    "x-amz-request-id": randomBytes(8).toString("hex").toUpperCase(),
    date: new Date(now()).toUTCString(),
  };
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
