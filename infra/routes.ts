/**
 * The one table of routes. Methods, authorization, scopes, invoke permissions, functions and the deployment hash all
 * derive from it: a new route is one line here and one file in `handlers/`.
 */
import { defineRoutes } from "./route-table.ts";

export const routes = defineRoutes([
  { method: "GET", path: "/transactions", handler: "transactions", scope: "transactions/read" },
]);
