/** A CORS configuration, which HTTP APIs and function URLs write alike. */
import type { Values } from "../../engine/values.ts";
import type { CorsModel } from "../../model.ts";
import { flag, list } from "../resource-type.ts";

export function corsOf(cors: Values): CorsModel {
  return {
    allowCredentials: flag(cors.allowCredentials),
    allowHeaders: list(cors.allowHeaders),
    allowMethods: list(cors.allowMethods),
    allowOrigins: list(cors.allowOrigins),
    exposeHeaders: list(cors.exposeHeaders),
    maxAge: cors.maxAge === undefined ? undefined : Number(cors.maxAge),
  };
}
