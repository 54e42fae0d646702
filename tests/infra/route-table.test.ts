import { deepEqual, throws } from "node:assert/strict";
import { defineRoutes, type Route, routeFaults } from "../../infra/route-table.ts";

const route = (method: "GET" | "POST", path: `/${string}`, more: Partial<Route> = {}) =>
  ({ method, path, handler: "transactions", scope: "transactions/read", ...more }) as Route;

describe("the table of routes", () => {
  it("takes paths with variables, greedy ones last, and several methods on one path", () => {
    const table = [
      route("GET", "/transactions"),
      route("POST", "/transactions"),
      route("GET", "/transactions/{id}"),
      route("GET", "/transactions/{id}/lines"),
      route("GET", "/files/{path+}"),
    ];
    deepEqual(routeFaults(table), []);
    deepEqual(defineRoutes(table), table);
  });

  const cases: [string, Route[], string][] = [
    ["one route twice", [route("GET", "/a"), route("GET", "/a")], "GET /a is there twice; remove one."],
    [
      "a path that ends with a slash",
      [route("GET", "/a/")],
      "GET /a/: a path is made of /names and /{variables}, and ends without a slash; {variable+} only last.",
    ],
    [
      "a greedy variable that is not last",
      [route("GET", "/{all+}/b")],
      "GET /{all+}/b: a path is made of /names and /{variables}, and ends without a slash; {variable+} only last.",
    ],
    [
      "two variables in one place, which API Gateway refuses",
      [route("GET", "/a/{id}"), route("GET", "/a/{name}/b")],
      "GET /a/{name}/b: /a already has the variable {id}, and API Gateway allows one; use the same name.",
    ],
    [
      "a handler outside its folder",
      [route("GET", "/a", { handler: "../infra/index" })],
      'GET /a: the handler "../infra/index" is not a file name in handlers/.',
    ],
    [
      "a scope without a resource server",
      [route("GET", "/a", { scope: "/read" })],
      'GET /a: the scope "/read" is not written <resource server>/<scope>.',
    ],
  ];
  for (const [fault, table, sentence] of cases) {
    it(`refuses ${fault}`, () => {
      throws(() => defineRoutes(table), { message: `infra/routes.ts:\n  - ${sentence}` });
    });
  }

  it("has no body on a method that carries none: the compiler refuses it", () => {
    const table: Route[] = [
      // @ts-expect-error GET has no body to describe
      { method: "GET", path: "/a", handler: "a", scope: "a/read", input: { body: { type: "object" } } },
      // @ts-expect-error every route has a scope
      { method: "GET", path: "/a", handler: "a" },
    ];
    deepEqual(table.length, 2);
  });
});
