/** The methods of REST APIs for rules to look at, however a program declares them: as resources, or as an OpenAPI document. */
import type { Resource } from "./rule.ts";

export interface ApiMethod {
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
const restApiPutType = "aws:apigateway/restApiPut:RestApiPut";
export const stageType = "aws:apigateway/stage:Stage";
export const methodSettingsType = "aws:apigateway/methodSettings:MethodSettings";
export const methodType = "aws:apigateway/method:Method";
/** What declares methods: one by one, or by a document. */
export const methodTypes = [restApiType, restApiPutType, methodType];
const authorizerType = "aws:apigateway/authorizer:Authorizer";

const httpMethods = new Set(["get", "head", "post", "put", "patch", "delete", "options"]);
const anyMethod = "x-amazon-apigateway-any-method";

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json => (value !== null && typeof value === "object" ? (value as Json) : {});

/** The methods that one resource declares. Of a method resource its authorizer is known to `authorizerOf` only. */
export function methodsOf(resource: Resource): ApiMethod[] {
  const { type, props } = resource;
  if (type === methodType) {
    return [
      {
        label: `${props.httpMethod} of ${resource.name}`,
        httpMethod: props.httpMethod,
        authorization: props.authorization,
        scopes: props.authorizationScopes ?? [],
        audience: undefined,
        takesInput: Object.keys(props.requestModels ?? {}).length > 0,
        validated: props.requestValidatorId !== undefined,
      },
    ];
  }
  return methodTypes.includes(type) && typeof props.body === "string" ? documentMethods(props.body) : [];
}

/** The authorizer of a method resource, when the program has it. */
export function authorizerOf(method: Resource, resources: readonly Resource[]): Resource | undefined {
  return resources.find(
    ({ type, urn }) => type === authorizerType && method.propertyDependencies.authorizerId?.includes(urn),
  );
}

function documentMethods(body: string): ApiMethod[] {
  const document = object(JSON.parse(body));
  const schemes = object(object(document.components).securitySchemes ?? document.securityDefinitions);
  return Object.entries(object(document.paths)).flatMap(([path, item]) =>
    Object.entries(object(item))
      .filter(([verb]) => httpMethods.has(verb) || verb === anyMethod)
      .map(([verb, operation]) => {
        const httpMethod = verb === anyMethod ? "ANY" : verb.toUpperCase();
        const { security, parameters, requestBody, ...rest } = object(operation);
        const validator = "x-amazon-apigateway-request-validator";
        return {
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

/** Settings of every method of a stage; others are for one method. */
export const isForAllMethods = ({ methodPath }: Resource["props"]): boolean => methodPath === "*/*";

/** The stages that have no settings for all of their methods. */
export function stagesWithoutSettings(resources: readonly Resource[]): Resource[] {
  return resources.filter((stage) => stage.type === stageType && !hasSettings(stage, resources));
}

function hasSettings(stage: Resource, resources: readonly Resource[]): boolean {
  return resources.some(
    ({ type, props, propertyDependencies }) =>
      type === methodSettingsType &&
      isForAllMethods(props) &&
      (propertyDependencies.stageName?.includes(stage.urn) ||
        (props.stageName === stage.props.stageName && props.restApi === stage.props.restApi)),
  );
}
