/**
 * Compression of an API with a `minimumCompressionSize`: answers from that size on for clients that accept it, and requests that
 * come compressed (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html).
 */
import { deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { BODY_LIMIT_BYTES } from "../shared/request-body.ts";
import { GatewayError } from "./gateway-error.ts";
import type { GatewayAnswer, GatewayExchange } from "./gateway-exchange.ts";

const PACK = { gzip: gzipSync, deflate: deflateSync };
const UNPACK = { gzip: gunzipSync, deflate: inflateSync };

/** @throws GatewayError 400 for a body that is not what its `Content-Encoding` says */
export function unpackedBody({ api, headers }: GatewayExchange, body: Buffer | undefined): Buffer | undefined {
  if (api.model.minimumCompressionSize === undefined || body === undefined) return body;
  const coding = headers.last("content-encoding")?.trim().toLowerCase();
  if (coding !== "gzip" && coding !== "deflate") return body;
  try {
    return UNPACK[coding](body, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (error) {
    throw new GatewayError(
      "BAD_REQUEST_BODY",
      `The body cannot be unpacked as ${coding}: ${(error as Error).message}.`,
    );
  }
}

/** @returns the answer as it is when the API does not compress, or the client does not accept it */
export function packedAnswer({ api, headers }: GatewayExchange, answer: GatewayAnswer): GatewayAnswer {
  const { minimumCompressionSize } = api.model;
  if (minimumCompressionSize === undefined) return answer;
  const body = Buffer.from(answer.body as string);
  const isCoded = answer.headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === "content-encoding");
  const coding = accepted(headers.last("accept-encoding") ?? "");
  if (coding === undefined || isCoded || body.length === 0 || body.length < minimumCompressionSize) return answer;
  return { ...answer, body: PACK[coding](body), headers: [...answer.headers, "Content-Encoding", coding] };
}

/** The first of the codings that both know, `gzip` before `deflate` where the client has no preference. */
function accepted(field: string): "gzip" | "deflate" | undefined {
  const codings = field.split(",").map((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return { name, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  const weightOf = (coding: string) =>
    (codings.find(({ name }) => name === coding) ?? codings.find(({ name }) => name === "*"))?.weight ?? 0;
  const [gzip, deflate] = [weightOf("gzip"), weightOf("deflate")];
  if (gzip <= 0 && deflate <= 0) return undefined;
  return gzip >= deflate ? "gzip" : "deflate";
}
