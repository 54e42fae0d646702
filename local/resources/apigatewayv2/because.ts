/** Why inputs that several of the service's types have make no difference here, each said once. */
import { notServed, withoutEffect } from "../contract.ts";

export const forTheBill = withoutEffect("tags are for the bill and for policies about the API itself");
export const forReaders = withoutEffect("it is for those who read the console");
export const forWebSockets = notServed("it is for WebSocket APIs, which do not run here");
