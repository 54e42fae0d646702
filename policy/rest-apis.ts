/** The methods of REST APIs for rules to look at, however a program declares them: as resources, or as an OpenAPI document. */
import type { Resource } from "./rule.ts";

export interface ApiMethod {
  /** The resource that declares it. */
  resource: Resource;
  /** e.g. `GET /transactions`; of a method resource only its name is known. */
  label: string;
  httpMethod: string;
  authorization: "NONE" | "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS";
  scopes: readonly string[];
  /** The expression that a Cognito authorizer matches `aud` with. */
  audience: string | undefined;
  /** Whether it declares a body or a query that could be checked. */
  takesInput: boolean;
  validated: boolean;
}

export const restApiType = "aws:apigateway/restApi:RestApi";
export const stageType = "aws:apigateway/stage:Stage";
export const methodSettingsType = "aws:apigateway/methodSettings:MethodSettings";
const methodType = "aws:apigateway/method:Method";
const authorizerType = "aws:apigateway/authorizer:Authorizer";

const httpMethods = new Set(["get", "head", "post", "put", "patch", "delete", "options"]);
const anyMethod = "x-amazon-apigateway-any-method";

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json => (value !== null && typeof value === "object" ? (value as Json) : {});

export function methodsOf(resources: readonly Resource[]): ApiMethod[] {
  return resources.flatMap((resource) => {
    if (resource.type === methodType) return [methodResource(resource, resources)];
    if (resource.type === restApiType && typeof resource.props.body === "string") return documentMethods(resource);
    return [];
  });
}

function methodResource(resource: Resource, resources: readonly Resource[]): ApiMethod {
  const { props, propertyDependencies } = resource;
  const authorizer = resources.find(
    ({ type, urn }) => type === authorizerType && propertyDependencies.authorizerId?.includes(urn),
  );
  return {
    resource,
    label: `${props.httpMethod} of ${resource.name}`,
    httpMethod: props.httpMethod,
    authorization: props.authorization,
    scopes: props.authorizationScopes ?? [],
    audience: authorizer?.props.identityValidationExpression,
    takesInput: Object.keys(props.requestModels ?? {}).length > 0,
    validated: props.requestValidatorId !== undefined,
  };
}

function documentMethods(resource: Resource): ApiMethod[] {
  const document = object(JSON.parse(resource.props.body));
  const schemes = object(object(document.components).securitySchemes ?? document.securityDefinitions);
  return Object.entries(object(document.paths)).flatMap(([path, item]) =>
    Object.entries(object(item))
      .filter(([verb]) => httpMethods.has(verb) || verb === anyMethod)
      .map(([verb, operation]) => {
        const httpMethod = verb === anyMethod ? "ANY" : verb.toUpperCase();
        const { security, parameters, requestBody, ...rest } = object(operation);
        const validator = "x-amazon-apigateway-request-validator";
        return {
          resource,
          label: `${httpMethod} ${path}`,
          httpMethod,
          ...authorizationOf(security ?? document.security, schemes),
          takesInput: requestBody !== undefined || hasQuery(parameters),
          validated: (rest[validator] ?? document[validator]) !== undefined,
        };
      }),
  );
}

function hasQuery(parameters: unknown): boolean {
  return Array.isArray(parameters) && parameters.some((parameter) => object(parameter).in === "query");
}

function authorizationOf(security: unknown, schemes: Json): Pick<ApiMethod, "authorization" | "scopes" | "audience"> {
  for (const [name, scopes] of (Array.isArray(security) ? security : []).flatMap((one) =>
    Object.entries(object(one)),
  )) {
    const scheme = object(schemes[name]);
    if (scheme["x-amazon-apigateway-authtype"] === "awsSigv4") {
      return { authorization: "AWS_IAM", scopes: [], audience: undefined };
    }
    const authorizer = object(scheme["x-amazon-apigateway-authorizer"]);
    if (authorizer.type === "cognito_user_pools") {
      const audience = authorizer.identityValidationExpression as string | undefined;
      return { authorization: "COGNITO_USER_POOLS", scopes: scopes as string[], audience };
    }
    if (authorizer.type !== undefined) return { authorization: "CUSTOM", scopes: [], audience: undefined };
  }
  return { authorization: "NONE", scopes: [], audience: undefined };
}

/** The settings of all methods of a stage, if the program has any. */
export function settingsOfAllMethods(stage: Resource, resources: readonly Resource[]): Json | undefined {
  const found = resources.find(
    ({ type, props, propertyDependencies }) =>
      type === methodSettingsType &&
      props.methodPath === "*/*" &&
      (propertyDependencies.stageName?.includes(stage.urn) ||
        (props.stageName === stage.props.stageName && props.restApi === stage.props.restApi)),
  );
  return found && object(found.props.settings);
}
