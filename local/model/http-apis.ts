/** HTTP APIs (API Gateway v2). */
import type { ApiModel, CorsModel, RateLimit } from "./apis.ts";

export interface HttpApiModel extends ApiModel {
  cors: CorsModel | undefined;
  routes: HttpRouteModel[];
  integrations: HttpIntegrationModel[];
  authorizers: HttpAuthorizerModel[];
  stages: HttpStageModel[];
}

export interface HttpRouteModel {
  id: string;
  /** `GET /items/{id}`, `ANY /{proxy+}` or `$default` */
  routeKey: string;
  authorization: "NONE" | "AWS_IAM" | "CUSTOM" | "JWT";
  authorizerId: string | undefined;
  authorizationScopes: string[];
  integrationId: string | undefined;
}

export interface HttpIntegrationModel {
  id: string;
  type: "AWS_PROXY" | "HTTP_PROXY";
  /** `SQS-SendMessage` …: a service that is called without a function. */
  subtype: string | undefined;
  /** May hold `${stageVariables.name}` */
  uri: string | undefined;
  httpMethod: string | undefined;
  payloadFormatVersion: "1.0" | "2.0";
  timeoutMilliseconds: number;
  /** The role that the API calls the integration with, in the place of a permission. */
  credentials: string | undefined;
  /** Reached through a VPC link. */
  isPrivate: boolean;
  /** `append:header.x` → value */
  requestParameters: Record<string, string>;
  /** By status code. */
  responseParameters: Record<string, Record<string, string>>;
}

export interface HttpAuthorizerModel {
  id: string;
  name: string;
  type: "JWT" | "REQUEST";
  /** `$request.header.Authorization` … */
  identitySources: string[];
  /** Of a JWT authorizer. */
  issuer: string | undefined;
  audiences: string[];
  /** Of a Lambda authorizer, parsed from its URI. */
  functionArn: string | undefined;
  credentials: string | undefined;
  payloadFormatVersion: "1.0" | "2.0";
  enableSimpleResponses: boolean;
  resultTtlSeconds: number;
}

export interface HttpStageModel {
  /** `$default`, or a name that is the first segment of the path */
  name: string;
  autoDeploy: boolean;
  deploymentId: string;
  variables: Record<string, string>;
  accessLog: { format: string; destinationArn: string } | undefined;
  defaultThrottle: Partial<RateLimit>;
  /** By route key. */
  routeThrottles: Record<string, Partial<RateLimit>>;
}
