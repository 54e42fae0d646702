/** REST APIs (API Gateway v1), and who may call how much of them. */
import type { ApiModel, RateLimit } from "./apis.ts";

export interface RestApiModel extends ApiModel {
  endpointType: "EDGE" | "REGIONAL" | "PRIVATE";
  binaryMediaTypes: string[];
  /** Bytes from which on answers are compressed; `undefined`: never, nor are requests unpacked. */
  minimumCompressionSize: number | undefined;
  apiKeySource: "HEADER" | "AUTHORIZER";
  /** The resource policy, JSON text. */
  policy: string | undefined;
  /** Every resource, the root `/` included, with the methods deployed on it. */
  resources: ApiResourceModel[];
  authorizers: AuthorizerModel[];
  gatewayResponses: GatewayResponseModel[];
  requestValidators: { id: string; name: string; validateBody: boolean; validateParameters: boolean }[];
  models: { name: string; contentType: string; schema: string }[];
  stages: StageModel[];
  apiKeys: { id: string; name: string; value: string; enabled: boolean }[];
  usagePlans: UsagePlanModel[];
  /** Which function may be invoked by whom: `aws.lambda.Permission` for `apigateway.amazonaws.com`. */
  invokePermissions: { functionArn: string; sourceArn: string | undefined }[];
}

/** A key that the program makes, whether or not a usage plan holds it. */
export interface ApiKeyModel {
  id: string;
  name: string;
  description: string;
  value: string;
  enabled: boolean;
}

export interface ApiResourceModel {
  id: string;
  /** e.g. `/transactions/{id}` */
  path: string;
  methods: MethodModel[];
}

export interface MethodModel {
  /** `GET` … or `ANY` */
  httpMethod: string;
  authorization: "NONE" | "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS";
  authorizerId: string | undefined;
  authorizationScopes: string[];
  apiKeyRequired: boolean;
  requestValidatorId: string | undefined;
  /** `method.request.querystring.limit` → required */
  requestParameters: Record<string, boolean>;
  /** content type → model name */
  requestModels: Record<string, string>;
  /** `undefined` when the method has no integration yet: such a method cannot be deployed on AWS. */
  integration: IntegrationModel | undefined;
  methodResponses: { statusCode: string; responseParameters: Record<string, boolean> }[];
}

export interface IntegrationModel {
  type: "AWS_PROXY" | "AWS" | "MOCK" | "HTTP" | "HTTP_PROXY";
  httpMethod: string | undefined;
  uri: string | undefined;
  /** The function behind a Lambda integration, parsed from `uri`. */
  functionArn: string | undefined;
  /** The role that API Gateway calls the integration with, in the place of a permission. */
  credentials: string | undefined;
  timeoutMilliseconds: number;
  passthroughBehavior: "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";
  contentHandling: "CONVERT_TO_BINARY" | "CONVERT_TO_TEXT" | undefined;
  /** `tlsConfig.insecureSkipVerification` */
  skipsTlsVerification: boolean;
  requestParameters: Record<string, string>;
  requestTemplates: Record<string, string>;
  responses: IntegrationResponseModel[];
}

export interface IntegrationResponseModel {
  statusCode: string;
  selectionPattern: string | undefined;
  responseParameters: Record<string, string>;
  responseTemplates: Record<string, string>;
  contentHandling: "CONVERT_TO_BINARY" | "CONVERT_TO_TEXT" | undefined;
}

export interface AuthorizerModel {
  id: string;
  name: string;
  type: "COGNITO_USER_POOLS" | "TOKEN" | "REQUEST";
  providerArns: string[];
  /** e.g. `method.request.header.Authorization` */
  identitySource: string;
  identityValidationExpression: string | undefined;
  resultTtlSeconds: number;
  /** Of the function that decides; stage variables stand in it as they are written. */
  uri: string | undefined;
  /** The role that API Gateway calls the function with, in the place of a permission. */
  credentials: string | undefined;
}

export interface GatewayResponseModel {
  /** e.g. `UNAUTHORIZED`, `DEFAULT_4XX` */
  responseType: string;
  statusCode: string | undefined;
  responseParameters: Record<string, string>;
  responseTemplates: Record<string, string>;
}

export interface StageModel {
  name: string;
  deploymentId: string;
  variables: Record<string, string>;
  accessLog: { format: string; destinationArn: string } | undefined;
  /** By method path as in `aws.apigateway.MethodSettings`: `*` + `/*`, `transactions/GET` … */
  methodSettings: {
    methodPath: string;
    throttlingRateLimit: number | undefined;
    throttlingBurstLimit: number | undefined;
  }[];
}

export interface UsagePlanModel {
  id: string;
  name: string;
  stages: UsagePlanStageModel[];
  /** Of each key, over all of the plan's stages. */
  throttle: RateLimit | undefined;
  quota: { limit: number; offset: number; period: "DAY" | "WEEK" | "MONTH" } | undefined;
  apiKeyIds: string[];
}

export interface UsagePlanStageModel {
  apiId: string;
  stage: string;
  /** Of each key on one method: `/items/{id}/GET` */
  methodThrottles: ({ methodPath: string } & RateLimit)[];
}
