/**
 * The one table of routes. Methods, authorization, scopes, invoke permissions, functions and the deployment hash all
 * derive from it: a new route is one line here and one file in `handlers/`.
 */

export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As API Gateway writes it: `/transactions/{id}`. */
  path: `/${string}`;
  /** The file `handlers/<handler>.ts`, which exports `handler`. Several routes may share one. */
  handler: string;
  /** `<resource server>/<scope>`; asked of the access token when the stack authorizes by scopes. */
  scope: `${string}/${string}`;
}

export const routes: readonly Route[] = [
  { method: "GET", path: "/transactions", handler: "transactions", scope: "transactions/read" },
];
