/** Why inputs that many types of API Gateway, of either version, have make no difference here, each said once. */
import { type NotServed, notServed, type WithoutEffect, withoutEffect } from "../contract.ts";

export const forTheBill: WithoutEffect = withoutEffect("tags are for the bill and for policies about the API itself");
export const forReaders: WithoutEffect = withoutEffect("it is for those who read the console");
export const forVpcLinks: WithoutEffect = withoutEffect("it is for VPC links, whose absence is named already");
export const forWebSockets: NotServed = notServed("it is for WebSocket APIs, which do not run here");
export const ofAddresses: WithoutEffect = withoutEffect("every origin listens on IPv4 and IPv6");
export const ofTls: WithoutEffect = withoutEffect("TLS is the loopback origin's own");
export const notCached: NotServed = notServed("answers are not cached");
export const partOfTheCache: WithoutEffect = withoutEffect(
  "it shapes a cache, and that there is none is named already",
);
