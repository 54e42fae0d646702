/**
 * Which content an API treats as binary
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html).
 */
import type { RestApiModel } from "../../model.ts";

/** Whether a `Content-Type`, or the first type of an `Accept`, is one of the API's `binaryMediaTypes`. */
export function isBinaryMediaType({ binaryMediaTypes }: RestApiModel, field: string | undefined): boolean {
  if (binaryMediaTypes.length === 0) return false;
  if (binaryMediaTypes.includes("*/*")) return true;
  const [first = ""] = (field ?? "").split(",");
  const [type = ""] = first.split(";");
  const mediaType = type.trim().toLowerCase();
  const family = `${mediaType.split("/")[0]}/*`;
  return binaryMediaTypes.some((binary) => [mediaType, family].includes(binary.toLowerCase()));
}
