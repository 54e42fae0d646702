/**
 * What other Pulumi programs can use, as `demo-auth/infra`: `new ProtectedApi("api", { users, routes })` is a REST API that
 * only the users of a `UserDirectory` can call, each route with a function of `handlers/`.
 */
export type { Transform } from "./component.ts";
export { HandlerFunction, type HandlerFunctionArgs } from "./function.ts";
export type { LogKeeping } from "./logs.ts";
export { ProtectedApi, type ProtectedApiArgs } from "./protected-api.ts";
export { defineRoutes, type Route, scopesOf } from "./route-table.ts";
export { type Mfa, type Plan, type SignIn, UserDirectory, type UserDirectoryArgs } from "./user-directory.ts";
