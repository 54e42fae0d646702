import type { StackRule } from "../rule.ts";

export default {
  kind: "stack",
  name: "cognito-domain-v2-has-branding",
  description: "Every client of a pool with managed login has a branding style.",
  why: "Managed login answers such a client with an empty page that says it is unavailable.",
  answersTo: ["AWS Cognito: CreateUserPoolDomain, ManagedLoginVersion"],
  level: "mandatory",
  checkStack(resources) {
    const managedPools = resources
      .filter(
        ({ type, props }) => type === "aws:cognito/userPoolDomain:UserPoolDomain" && props.managedLoginVersion === 2,
      )
      .map(({ props }) => props.userPoolId);
    const branded = resources
      .filter(({ type }) => type === "aws:cognito/managedLoginBranding:ManagedLoginBranding")
      .flatMap(({ propertyDependencies }) => propertyDependencies.clientId ?? []);
    return resources
      .filter(
        ({ type, props }) =>
          type === "aws:cognito/userPoolClient:UserPoolClient" && managedPools.includes(props.userPoolId),
      )
      .filter(({ urn }) => !branded.includes(urn))
      .map((resource) => ({
        resource,
        message: "The client has no ManagedLoginBranding; add one, or use the classic pages.",
      }));
  },
} satisfies StackRule;
