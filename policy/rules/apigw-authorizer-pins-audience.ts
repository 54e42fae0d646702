import { methodsOf } from "../rest-apis.ts";
import type { StackRule } from "../rule.ts";

export default {
  kind: "stack",
  name: "apigw-authorizer-pins-audience",
  description: "Where ID tokens are taken, only those of the API's own client are.",
  why: "A Cognito authorizer otherwise takes the ID token of any client of the pool.",
  answersTo: ["AWS API Gateway: CreateAuthorizer, identityValidationExpression", "RFC 9700 section 2.3"],
  level: "mandatory",
  check(resources) {
    return methodsOf(resources)
      .filter(({ authorization, scopes }) => authorization === "COGNITO_USER_POOLS" && scopes.length === 0)
      .filter(({ audience }) => !/^\^.+\$$/.test(audience ?? ""))
      .map(({ resource, label }) => ({
        resource,
        message: `${label} takes ID tokens of every client; set identityValidationExpression to ^<client id>$.`,
      }));
  },
} satisfies StackRule;
