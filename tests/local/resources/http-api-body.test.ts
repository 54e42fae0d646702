/** What of an OpenAPI document for an HTTP API is refused at the import. */
import { equal, throws } from "node:assert/strict";
import { readHttpApiBody } from "../../../local/resources/apigatewayv2/openapi-body.ts";

const read = (document: object, failOnWarnings = false) =>
  readHttpApiBody(JSON.stringify({ openapi: "3.0.1", ...document }), "api", failOnWarnings);
const secured = (authorizer: object | undefined) => ({
  components: {
    securitySchemes: {
      people: { type: "oauth2", ...(authorizer && { "x-amazon-apigateway-authorizer": authorizer }) },
    },
  },
  paths: { "/a": { get: { security: [{ people: [] }] } } },
});

describe("an HTTP API that is an OpenAPI document", () => {
  it("is refused as Swagger 2", () => {
    throws(() => readHttpApiBody('{"swagger":"2.0","paths":{}}', "api", false), /OpenAPI 3\.0 documents only/);
  });

  it("is refused with an authorizer that cannot decide", () => {
    throws(() => read(secured({ type: "jwt" })), /The JWT authorizer people needs an issuer and an audience/);
    throws(() => read(secured({ type: "cognito_user_pools" })), /Invalid authorizer type of people/);
  });

  it("is refused with a requirement that it does not define", () => {
    throws(() => read({ paths: { "/a": { get: { security: [{ nobody: [] }] } } } }), /GET \/a asks for nobody/);
  });

  it("is refused under failOnWarnings when a route would be open by mistake", () => {
    equal(read(secured(undefined)).routes[0]!.authorization, "NONE");
    throws(() => read(secured(undefined), true), /Warnings found during import: security\.people/);
  });
});
