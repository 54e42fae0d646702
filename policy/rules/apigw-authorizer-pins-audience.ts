import { type ApiMethod, authorizerOf, methodsOf, methodType, methodTypes } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-authorizer-pins-audience",
  description: "Where ID tokens are taken, only those of the API's own client are.",
  why: "A Cognito authorizer otherwise takes the ID token of any client of the pool.",
  answersTo: ["AWS API Gateway: CreateAuthorizer, identityValidationExpression", "RFC 9700 section 2.3"],
  level: "mandatory",
  // A document has its authorizers in it. Those of method resources are resources of their own.
  types: methodTypes.filter((type) => type !== methodType),
  check(_, resource) {
    return methodsOf(resource).filter(takesAnyClient).map(sentence);
  },
  checkStack(resources) {
    return resources
      .filter(({ type }) => type === methodType)
      .flatMap((resource) => {
        const audience = authorizerOf(resource, resources)?.props.identityValidationExpression;
        const open = methodsOf(resource).filter((method) => takesAnyClient({ ...method, audience }));
        return open.map((method) => ({ resource, message: sentence(method) }));
      });
  },
} satisfies ResourceRule;

const takesAnyClient = ({ authorization, scopes, audience }: ApiMethod) =>
  authorization === "COGNITO_USER_POOLS" && scopes.length === 0 && !/^\^.+\$$/.test(audience ?? "");

const sentence = ({ label }: ApiMethod) =>
  `${label} takes ID tokens of every client; set identityValidationExpression to ^<client id>$.`;
