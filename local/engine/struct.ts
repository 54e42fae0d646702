/** Property values in the messages of Pulumi's protocol, which carry them as `google.protobuf.Struct`. */
import structProto, { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Values } from "./values.ts";

export const toStruct = (values: Values): structProto.Struct =>
  structProto.Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as { [key: string]: JavaScriptValue });

export const fromStruct = (struct: structProto.Struct | undefined): Values =>
  struct ? (struct.toJavaScript() as Values) : {};
