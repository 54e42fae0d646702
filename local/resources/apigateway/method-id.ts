/** The ids that the provider gives to what belongs to a method: `agm-<api>-<resource>-GET`, `agir-<api>-<resource>-GET-200`. */
import type { Values } from "../../engine/values.ts";

export const methodId = (kind: string, { restApi, resourceId, httpMethod, statusCode }: Values): string =>
  [kind, restApi, resourceId, httpMethod, ...(statusCode === undefined ? [] : [statusCode])].join("-");
